"""When something is due: phrases of time, the rules that read them, and the date they are read against."""
