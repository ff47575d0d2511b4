"""Tests of commitments.history."""
