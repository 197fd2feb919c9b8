package main

import (
	"bufio"
	"bytes"
	"context"
	"crypto/sha256"
	_ "embed"
	"encoding/hex"
	"errors"
	"fmt"
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
)

// known are findings that are no secrets, each with the reason: a fingerprint, two
// blanks, and words.
//
//go:embed known.txt
var known string

// shape is what a kind of secret looks like. The last group is the secret itself.
type shape struct {
	name string
	re   *regexp.Regexp
	// entropy is how many bits a character of it has at least, where the shape alone
	// does not tell; 0 asks for none.
	entropy float64
}

func shapes() []shape {
	of := func(name, re string) shape { return shape{name, regexp.MustCompile(re), 0} }
	return []shape{
		{"private key", regexp.MustCompile(`-----BEGIN [A-Z ]*PRIVATE KEY-----\s*((?:\\n|[\sA-Za-z0-9+/=]){40,})`), 0},
		of("key of AWS", `\b((?:AKIA|ASIA)[0-9A-Z]{16})\b`),
		of("token of GitHub", `\b((?:ghp|gho|ghu|ghs|ghr)_[A-Za-z0-9]{36}|github_pat_[A-Za-z0-9_]{60,})\b`),
		of("token of GitLab", `\b(glpat-[A-Za-z0-9_-]{20,})`),
		of("token of Slack", `\b(xox[abeoprs]-[0-9]{6,}-[A-Za-z0-9-]{20,})`),
		of("webhook of Slack", `hooks\.slack\.com/services/(T[A-Z0-9]{8,}/B[A-Z0-9]{8,}/[A-Za-z0-9]{24})`),
		of("key of Google", `\b(AIza[0-9A-Za-z_-]{35})\b`),
		of("key of Stripe", `\b((?:sk|rk)_live_[0-9A-Za-z]{20,})`),
		of("key of SendGrid", `\b(SG\.[A-Za-z0-9_-]{22}\.[A-Za-z0-9_-]{43})`),
		of("token of npm", `\b(npm_[A-Za-z0-9]{36})\b`),
		of("token of Okta", `SSWS\s+(00[A-Za-z0-9_-]{40})\b`),
		{"token in JSON", regexp.MustCompile(`\b(eyJ[A-Za-z0-9_-]{10,}\.eyJ[A-Za-z0-9_-]{10,}\.[A-Za-z0-9_-]{20,})`), 0},
		{"secret that is set", regexp.MustCompile(`(?i)(?:secret|token|passw(?:or)?d|api_?key|private_?key)["']?\s*[:=]+\s*["']([A-Za-z0-9+/_=.-]{24,})["']`), 4.2},
	}
}

// secrets looks at every file that is kept, and at every line that was ever added.
func secrets(ctx context.Context) (string, []string, error) {
	pass := map[string]bool{}
	for line := range strings.Lines(known) {
		if print, _, ok := strings.Cut(line, "  "); ok {
			pass[print] = true
		}
	}
	s := &search{shapes: shapes(), pass: pass, seen: map[string]bool{}}
	files, err := s.tree(ctx)
	if err != nil {
		return "", nil, err
	}
	commits, err := s.history(ctx)
	if err != nil {
		return "", nil, err
	}
	slices.Sort(s.found)
	return fmt.Sprintf("%d files and %d commits", files, commits), s.found, nil
}

type search struct {
	shapes []shape
	pass   map[string]bool
	seen   map[string]bool
	found  []string
}

// text looks at a text of a place, and tells of each secret once.
func (s *search) text(where string, text []byte) {
	for _, sh := range s.shapes {
		for _, m := range sh.re.FindAllSubmatch(text, -1) {
			secret := string(m[len(m)-1])
			sum := sha256.Sum256([]byte(secret))
			print := hex.EncodeToString(sum[:8])
			if s.pass[print] || s.seen[print] || entropy(secret) < sh.entropy {
				continue
			}
			s.seen[print] = true
			s.found = append(s.found, fmt.Sprintf("%s: a %s, %.6s…, fingerprint %s", where, sh.name, strings.TrimSpace(secret), print))
		}
	}
}

// entropy is Shannon's, in bits of a character.
func entropy(text string) float64 {
	count := map[rune]int{}
	for _, r := range text {
		count[r]++
	}
	bits := 0.0
	for _, n := range count {
		p := float64(n) / float64(len(text))
		bits -= p * math.Log2(p)
	}
	return bits
}

// tree looks at the files as they are.
func (s *search) tree(ctx context.Context) (int, error) {
	out, err := output(ctx, "git", "ls-files", "-z")
	if err != nil {
		return 0, err
	}
	n := 0
	for name := range strings.SplitSeq(strings.TrimRight(string(out), "\x00"), "\x00") {
		text, err := os.ReadFile(filepath.Clean(name))
		if err != nil { // it was deleted and that is not committed
			continue
		}
		n++
		s.text(name, text)
	}
	return n, nil
}

// history looks at what each commit added.
func (s *search) history(ctx context.Context) (int, error) {
	cmd := exec.CommandContext(ctx, "git", "log", "-p", "-U0", "--no-renames", "--no-color", "--format=\x01%h")
	in, err := cmd.StdoutPipe()
	if err != nil {
		return 0, err
	}
	if err := cmd.Start(); err != nil {
		return 0, err
	}
	n, commit, file := 0, "", ""
	var added bytes.Buffer
	tell := func() {
		s.text(commit+" "+file, added.Bytes())
		added.Reset()
	}
	lines := bufio.NewReaderSize(in, 1<<20)
	for {
		line, err := lines.ReadSlice('\n')
		switch {
		case bytes.HasPrefix(line, []byte{1}):
			tell()
			n++
			commit = strings.TrimSpace(string(line[1:]))
		case bytes.HasPrefix(line, []byte("+++ ")):
			tell()
			file = strings.TrimSpace(strings.TrimPrefix(string(line[4:]), "b/"))
		case bytes.HasPrefix(line, []byte("+")):
			added.Write(line[1:])
		}
		if err != nil && !errors.Is(err, bufio.ErrBufferFull) {
			break
		}
	}
	tell()
	return n, cmd.Wait()
}
