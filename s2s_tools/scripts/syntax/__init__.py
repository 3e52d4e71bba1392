"""Shell syntax trees and what they say about a script."""
