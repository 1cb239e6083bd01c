"""Tests of hearing, cutting and speaking."""
