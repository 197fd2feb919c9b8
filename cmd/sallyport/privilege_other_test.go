//go:build !linux

package main

// confineIfAsked does nothing where the kernel has no Landlock.
func confineIfAsked() {}
