package main

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
)

// page is one page of the site.
type page struct {
	name    string // of its Markdown, below docs
	section string
	text    []byte // Markdown

	title string
	html  string
	plain string // its words, for the search
	heads []head
}

// head is a heading of a page.
type head struct {
	ID    string
	Text  string
	Level int
}

// section is a part of the navigation.
type section struct {
	title string
	names []string // of pages, without .md
}

// sections is the order of the guides: what one does first stands first. A guide that
// stands nowhere is an error, so that none is lost.
func sections() []section {
	return []section{
		{"Begin", []string{"getting-started", "onboarding", "operations", "configuration"}},
		{"See", []string{"sources", "events", "inventory", "timeline", "ask", "access", "posture"}},
		{"Detect", []string{"rules", "rule-languages", "alerts"}},
		{"Answer", []string{"flows", "flows-as-code", "import", "connectors", "auth0", "remediation"}},
		{"Let in", []string{"accounts", "sso", "scim"}},
		{"Know", []string{"console", "api", "sandbox", "performance", "scaling", "benchmarks", "security"}},
	}
}

// guides reads the guides and the decisions.
func guides(root string) ([]page, error) {
	var out []page
	left := map[string]bool{}
	files, err := filepath.Glob(filepath.Join(root, "docs", "*.md"))
	if err != nil {
		return nil, err
	}
	for _, f := range files {
		left[strings.TrimSuffix(filepath.Base(f), ".md")] = true
	}
	for _, s := range sections() {
		for _, name := range s.names {
			if !left[name] { // of another line of work, and not there yet
				continue
			}
			text, err := os.ReadFile(filepath.Join(root, "docs", name+".md"))
			if err != nil {
				return nil, err
			}
			delete(left, name)
			out = append(out, page{name: name + ".md", section: s.title, text: illustrated(root, name, text)})
		}
	}
	for name := range left {
		out = append(out, page{name: name + ".md", section: "More"})
		if out[len(out)-1].text, err = os.ReadFile(filepath.Join(root, "docs", name+".md")); err != nil {
			return nil, err
		}
	}
	decisions, err := filepath.Glob(filepath.Join(root, "docs", "adr", "*.md"))
	if err != nil || len(decisions) == 0 {
		return nil, fmt.Errorf("no decisions in docs/adr, %w", err)
	}
	for _, f := range decisions {
		text, err := os.ReadFile(f)
		if err != nil {
			return nil, err
		}
		out = append(out, page{name: "adr/" + filepath.Base(f), section: "Decisions", text: text})
	}
	for _, f := range []string{"CHANGELOG.md", "CONTRIBUTING.md"} {
		text, err := os.ReadFile(filepath.Join(root, f))
		if err != nil {
			return nil, err
		}
		out = append(out, page{name: "../" + f, section: "Know", text: text})
	}
	return out, nil
}
