"""From a file of any kind to lines of text, in a process with bounds."""
