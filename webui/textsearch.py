"""TEMPORARY"""
from __future__ import annotations
def find(query: str): return None
