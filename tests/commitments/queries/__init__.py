"""Tests of the reads of the ledger."""
