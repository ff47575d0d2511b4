"""From what is owed to bytes: gather, compose, render, MIME, calendars."""
