"""The only room that alters a user's file: plan, guard, back up, journal, undo."""
