package main

import (
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// Each picture is one that the browser takes, of a guide that there is.
func TestPicturesAreTaken(t *testing.T) {
	var taken string
	for _, name := range []string{"places.mjs", "shots.mjs"} {
		text, err := os.ReadFile(filepath.Join("../../e2e", name))
		if err != nil {
			t.Fatal(err)
		}
		taken += string(text)
	}
	for guide, all := range pictures() {
		if _, err := os.Stat(filepath.Join("../../docs", guide+".md")); err != nil {
			t.Errorf("%s: %v", guide, err)
		}
		for _, p := range all {
			if !regexp.MustCompile(`(?m)^\s+"?` + regexp.QuoteMeta(p.name) + `"?(:|,$)`).MatchString(taken) {
				t.Errorf("%s shows %s, which nobody takes", guide, p.name)
			}
		}
	}
}

// A guide shows its pictures under its first words, and goes without those that were
// not taken.
func TestGuidesShowPictures(t *testing.T) {
	root := t.TempDir()
	if err := os.MkdirAll(filepath.Join(root, "e2e", "shots"), 0o750); err != nil {
		t.Fatal(err)
	}
	text := []byte("# Alerts\n\nFirst words.\n\nMore.\n")
	if got := illustrated(root, "alerts", text); string(got) != string(text) {
		t.Errorf("without pictures: %s", got)
	}
	if err := os.WriteFile(filepath.Join(root, "e2e", "shots", "alert-desk-light.png"), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	got := strings.Split(string(illustrated(root, "alerts", text)), "\n\n")
	want := []string{"# Alerts", "First words.", "![An alert, with what led to it and what can be done](alert-desk-light.png)", "More.\n"}
	if !slices.Equal(got, want) {
		t.Errorf("it is %q", got)
	}
}
