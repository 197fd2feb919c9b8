//go:build !linux

package main

// hasTerminal is false where scripts cannot be given a terminal.
func hasTerminal() bool { return false }
