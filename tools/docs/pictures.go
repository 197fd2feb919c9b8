package main

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
)

// picture is one of the console, by its name among those that the browser takes:
// e2e/shots.mjs.
type picture struct{ name, says string }

func (p picture) file() string { return p.name + "-desk-light.png" }

// pictures are what a guide shows under its first words.
func pictures() map[string][]picture {
	return map[string][]picture{
		"access":          {{"access", "Who can become super administrator, and how"}, {"access-of", "One way there, step by step"}},
		"accounts":        {{"members", "The members of an organization"}},
		"alerts":          {{"alerts", "The queue"}, {"alert", "An alert, with what led to it and what can be done"}},
		"ask":             {{"ask-answer", "A question and its answer"}},
		"auth0":           {{"auth0", "An Auth0 tenant"}},
		"connectors":      {{"catalogue-entry", "What an action takes and gives"}},
		"events":          {{"events", "Events, narrowed and counted"}},
		"flows":           {{"flow", "A flow: what starts it, and its cards"}, {"flow-edit", "The editor"}},
		"getting-started": {{"rehearse-played", "A report of suspicious activity, rehearsed"}},
		"inventory":       {{"org", "What exists in an org"}, {"entity-person", "A person"}},
		"onboarding":      {{"connect", "Three ways to connect an org"}},
		"operations":      {{"nodes", "Servers, and what waits for them"}},
		"posture":         {{"checks", "The checks"}, {"finding", "What one of them found"}},
		"remediation":     {{"remedy", "A remedy: what it changes, and how it is undone"}},
		"rules":           {{"rule", "A rule, and where it fires"}, {"rule-edit", "A rule is edited"}},
		"scim":            {{"okta-provisioning", "Provisioning from Okta"}},
		"sources":         {{"source", "A source, and how it stands"}},
		"sso":             {{"okta", "Okta integration: what is entered where"}},
		"timeline":        {{"entity-timeline", "What happened to a person, in order"}},
	}
}

// illustrated is a guide with its pictures, as far as they were taken, after the
// first paragraph under its title.
func illustrated(root, name string, text []byte) []byte {
	var shown bytes.Buffer
	for _, p := range pictures()[name] {
		if _, err := os.Stat(filepath.Join(root, "e2e", "shots", p.file())); err == nil {
			fmt.Fprintf(&shown, "![%s](%s)\n\n", p.says, p.file())
		}
	}
	title := bytes.Index(text, []byte("\n\n"))
	if title < 0 || shown.Len() == 0 {
		return text
	}
	words := bytes.Index(text[title+2:], []byte("\n\n"))
	if words < 0 {
		return text
	}
	at := title + 2 + words + 2
	return append(append(append([]byte{}, text[:at]...), shown.Bytes()...), text[at:]...)
}
