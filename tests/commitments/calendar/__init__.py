"""Tests of commitments.calendar."""
