package main

import (
	"os"
	"os/exec"
	"slices"
	"strings"
	"testing"
)

// A secret is found where it stands, and where it stood once.
func TestSecretsAreFound(t *testing.T) {
	t.Chdir(t.TempDir())
	git := func(args ...string) {
		t.Helper()
		cmd := exec.CommandContext(t.Context(), "git", append([]string{"-c", "user.name=Ada", "-c", "user.email=ada@acme.example"}, args...)...)
		if out, err := cmd.CombinedOutput(); err != nil {
			t.Skipf("git %v: %v: %s", args, err, out)
		}
	}
	keep := func(name, text string) {
		t.Helper()
		if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		git("add", ".")
		git("commit", "-q", "-m", name)
	}
	git("init", "-q")
	gone, there := "gh"+"p_"+strings.Repeat("aB3x", 9), "q7Rz0LmV2sXcB9nTeW4yUaHkD6pF"
	keep("plain.txt", "password = \"correct-correct-correct-correct\"\ntoken: 'aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa'\n")
	var out strings.Builder
	if err := run(t.Context(), []string{"secrets"}, &out); err != nil {
		t.Fatalf("%v: %s", err, out.String())
	}
	keep("gone.txt", gone)
	keep("gone.txt", "")
	keep("there.yaml", "api_key: \""+there+"\"")
	out.Reset()
	err := run(t.Context(), []string{"secrets"}, &out)
	if err == nil || !strings.Contains(out.String(), "gone.txt: a token of GitHub, "+gone[:6]) || !strings.Contains(out.String(), "there.yaml: a secret that is set") {
		t.Errorf("%v: %s", err, out.String())
	}
	if strings.Contains(out.String(), gone) || strings.Contains(out.String(), there) {
		t.Errorf("it is told: %s", out.String())
	}
}

func TestLicences(t *testing.T) {
	for text, want := range map[string]string{
		"Permission is hereby granted, free of charge, to any person … all copies or substantial portions": "MIT",
		"Redistribution and use in source and binary forms, … may be used to endorse or promote products":  "BSD-3-Clause",
		"Redistribution and use in source and binary forms, with or without modification":                  "BSD-2-Clause",
		"Apache License\n Version 2.0, January 2004":                                                       "Apache-2.0",
		"GNU AFFERO GENERAL PUBLIC LICENSE Version 3":                                                      "AGPL",
		"All rights reserved.": "a licence that is not known here",
	} {
		if got := licenceOf(text); got != want {
			t.Errorf("%.40q is %s, want %s", text, got, want)
		}
	}
	for expression, want := range map[string][]string{
		"MIT": {"MIT"}, "(MIT OR GPL-3.0)": {"MIT"}, "MIT AND BSD-3-Clause": {"MIT", "BSD-3-Clause"}, "GPL-3.0-only": {"GPL-3.0-only"}, "AGPL-3.0 OR SSPL-1.0": {"AGPL-3.0 OR SSPL-1.0"}, "": nil,
	} {
		if got := chosen(expression); !slices.Equal(got, want) {
			t.Errorf("%q is %v, want %v", expression, got, want)
		}
	}
}
