package main

import (
	"bufio"
	"compress/gzip"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"

	"sallyport/sandbox/okta"
)

// exchange is one recorded request and its answer.
type exchange struct {
	Source  string `json:"src"`
	Method  string `json:"method"`
	URL     string `json:"url"`
	Request string `json:"rq"`
	Status  int    `json:"status"`
	Answer  string `json:"rs"`

	path string
}

// story is one recording: requests that belong together, in their order.
type story struct {
	source    string
	exchanges []exchange
}

var hostPart = regexp.MustCompile(`^https?://[^/]+`)

// load reads the recordings and keeps those whose every path begins with one
// of the prefixes.
func load(file string, prefixes []string) ([]story, error) {
	f, err := os.Open(file)
	if err != nil {
		return nil, fmt.Errorf("read the recordings: %w", err)
	}
	defer f.Close()
	z, err := gzip.NewReader(f)
	if err != nil {
		return nil, fmt.Errorf("unpack the recordings: %w", err)
	}
	var stories []story
	index := map[string]int{}
	lines := bufio.NewScanner(z)
	lines.Buffer(nil, 64<<20)
	for lines.Scan() {
		var x exchange
		if err := json.Unmarshal(lines.Bytes(), &x); err != nil {
			return nil, fmt.Errorf("read a recording: %w", err)
		}
		x.path = strings.ReplaceAll(hostPart.ReplaceAllString(x.URL, ""), "//", "/")
		i, ok := index[x.Source]
		if !ok {
			i = len(stories)
			index[x.Source] = i
			stories = append(stories, story{source: x.Source})
		}
		stories[i].exchanges = append(stories[i].exchanges, x)
	}
	if err := lines.Err(); err != nil {
		return nil, fmt.Errorf("read the recordings: %w", err)
	}
	var kept []story
	for _, s := range stories {
		if s.within(prefixes) {
			kept = append(kept, s)
		}
	}
	return kept, nil
}

func (s story) within(prefixes []string) bool {
	for _, x := range s.exchanges {
		found := false
		for _, p := range prefixes {
			found = found || strings.HasPrefix(x.path, p)
		}
		if !found {
			return false
		}
	}
	return true
}

// features reads from the recorded answers what the recorded org had: orgs
// differ in what they are licensed for, and the answers show it.
func (s story) features() okta.Features {
	var f okta.Features
	for _, x := range s.exchanges {
		var v any
		if json.Unmarshal([]byte(x.Answer), &v) == nil {
			look(v, &f)
		}
	}
	return f
}

func look(v any, f *okta.Features) {
	switch v := v.(type) {
	case []any:
		for _, x := range v {
			look(x, f)
		}
	case map[string]any:
		links, _ := v["_links"].(map[string]any)
		if credentials, ok := v["credentials"].(map[string]any); ok {
			_, realm := v["realmId"]
			_, reset := links["resetFactors"]
			_, emails := credentials["emails"]
			f.Governance, f.ResetFactors, f.VerifiedEmails = f.Governance || realm, f.ResetFactors || reset, f.VerifiedEmails || emails
		}
		if _, isGroup := v["objectClass"]; isGroup {
			_, owners := links["owners"]
			f.Governance = f.Governance || owners
		}
		for _, x := range v {
			look(x, f)
		}
	}
}

// locate finds a directory called "shared" beside or above the checkout, with
// a file in it.
func locate(file string) (string, error) {
	dir, err := os.Getwd()
	if err != nil {
		return "", fmt.Errorf("find the working directory: %w", err)
	}
	for {
		for _, base := range []string{filepath.Join(dir, "shared"), filepath.Join(dir, "..", "shared")} {
			if path := filepath.Join(base, file); exists(path) {
				return path, nil
			}
		}
		up := filepath.Dir(dir)
		if up == dir {
			return "", fmt.Errorf("find %s: %w", file, os.ErrNotExist)
		}
		dir = up
	}
}

func exists(path string) bool {
	_, err := os.Stat(path)
	return err == nil
}
