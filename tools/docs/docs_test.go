package main

import (
	"os"
	"path"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// The site is built, and every link of it, and of the Markdown as forges show it,
// leads somewhere: to a page, to a heading of it, to a file of the source.
func TestLinksLeadSomewhere(t *testing.T) {
	root := "../.."
	out := t.TempDir()
	if err := run(root, out, ""); err != nil {
		t.Fatal(err)
	}
	texts := map[string]string{}
	files, err := filepath.Glob(filepath.Join(out, "*.html"))
	if err != nil || len(files) < 60 {
		t.Fatalf("%d pages, %v", len(files), err)
	}
	for _, f := range files {
		text, err := os.ReadFile(f)
		if err != nil {
			t.Fatal(err)
		}
		texts[filepath.Base(f)] = string(text)
	}
	link := regexp.MustCompile(`(?:href|src)="([^"]+)"`)
	links := 0
	for name, text := range texts {
		for _, m := range link.FindAllStringSubmatch(text, -1) {
			if to := m[1]; !strings.Contains(to, "://") && !strings.HasPrefix(to, "mailto:") {
				links++
				if why := leads(root, out, texts, name, to); why != "" {
					t.Errorf("%s: %s %s", name, to, why)
				}
			}
		}
	}
	if links < 2000 {
		t.Errorf("%d links were looked at", links)
	}
}

// leads says what is wrong with a link; nothing where it leads somewhere.
func leads(root, out string, texts map[string]string, from, to string) string {
	file, anchor, has := strings.Cut(to, "#")
	if file == "" {
		file = from
	}
	text, ok := texts[file]
	switch {
	case !ok:
		if _, err := os.Stat(filepath.Join(out, file)); err == nil {
			return ""
		}
		for _, at := range []string{"", "docs", "docs/adr"} { // what is only in the source
			if _, err := os.Stat(filepath.Join(root, path.Join(at, file))); err == nil {
				return ""
			}
		}
		return "is nowhere"
	case has && anchor != "" && !strings.Contains(text, `id="`+anchor+`"`):
		return "is no heading there"
	}
	return ""
}
