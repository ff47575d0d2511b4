"""The pages of departments, the coordinator and proposing units; calendars."""
