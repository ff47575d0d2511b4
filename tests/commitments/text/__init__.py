"""Tests of commitments.text."""
