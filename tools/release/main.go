// Command release builds what is given to people: for each system a program in an
// archive with its manual, completions and a bill of materials, packages for Debian,
// and checksums. The same source gives the same bytes.
package main

import (
	"bytes"
	"context"
	"crypto/sha256"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"time"
)

func main() {
	o := options{}
	flag.StringVar(&o.version, "version", "", "`version` of the release, as v1.2.3; the checkout's own by default")
	flag.StringVar(&o.dir, "o", "dist", "`folder` to write to")
	targets := flag.String("targets", "linux/amd64,linux/arm64,darwin/amd64,darwin/arm64", "`systems` to build for")
	flag.Parse()
	o.targets = strings.Split(*targets, ",")
	if err := release(context.Background(), o); err != nil {
		fmt.Fprintln(os.Stderr, "release:", err)
		os.Exit(1)
	}
}

type options struct {
	version, dir string
	targets      []string
}

// output runs a program and returns what it writes.
func output(ctx context.Context, env []string, name string, args ...string) (string, error) {
	cmd := exec.CommandContext(ctx, name, args...)
	cmd.Env = append(os.Environ(), env...)
	cmd.Stderr = os.Stderr
	out, err := cmd.Output()
	if err != nil {
		return "", fmt.Errorf("%s %s: %w", name, strings.Join(args, " "), err)
	}
	return strings.TrimSpace(string(out)), nil
}

// made is when the source was made: that of its last commit, so that it is the same
// for everybody.
func made(ctx context.Context) (time.Time, error) {
	seconds := os.Getenv("SOURCE_DATE_EPOCH")
	if seconds == "" {
		var err error
		if seconds, err = output(ctx, nil, "git", "log", "-1", "--format=%ct"); err != nil {
			return time.Time{}, err
		}
	}
	var n int64
	if _, err := fmt.Sscan(seconds, &n); err != nil {
		return time.Time{}, fmt.Errorf("SOURCE_DATE_EPOCH %q is no number of seconds", seconds)
	}
	return time.Unix(n, 0).UTC(), nil
}

func release(ctx context.Context, o options) error {
	at, err := made(ctx)
	if err != nil {
		return err
	}
	if o.version == "" {
		if o.version, err = output(ctx, nil, "git", "describe", "--tags", "--always", "--dirty"); err != nil {
			return err
		}
	}
	if err := os.MkdirAll(o.dir, 0o755); err != nil {
		return err
	}
	papers, err := papers(ctx, o, at)
	if err != nil {
		return err
	}
	var names []string
	for _, target := range o.targets {
		made, err := build(ctx, o, target, at, papers)
		if err != nil {
			return fmt.Errorf("%s: %w", target, err)
		}
		names = append(names, made...)
	}
	return sums(o.dir, names)
}

// papers are the files that go along with each program.
func papers(ctx context.Context, o options, at time.Time) ([]file, error) {
	var out []file
	for _, p := range []struct {
		to   string
		args []string
	}{
		{"share/man/man1/sallyport.1", []string{"man"}},
		{"share/bash-completion/completions/sallyport", []string{"completion", "bash"}},
		{"share/zsh/vendor-completions/_sallyport", []string{"completion", "zsh"}},
		{"share/fish/vendor_completions.d/sallyport.fish", []string{"completion", "fish"}},
	} {
		text, err := output(ctx, nil, "go", append([]string{"run", "-trimpath", "-buildvcs=false", "./cmd/sallyport"}, p.args...)...)
		if err != nil {
			return nil, err
		}
		out = append(out, file{p.to, []byte(text + "\n"), 0o644})
	}
	for from, to := range map[string]string{"LICENSE": "share/doc/sallyport/LICENSE", "README.md": "share/doc/sallyport/README.md", "CHANGELOG.md": "share/doc/sallyport/CHANGELOG.md"} {
		text, err := os.ReadFile(from)
		if err != nil {
			return nil, err
		}
		out = append(out, file{to, text, 0o644})
	}
	bill, err := bill(ctx, o.version, at)
	if err != nil {
		return nil, err
	}
	if err := os.WriteFile(filepath.Join(o.dir, "sallyport.cdx.json"), bill, 0o644); err != nil {
		return nil, err
	}
	out = append(out, file{"share/doc/sallyport/sallyport.cdx.json", bill, 0o644})
	slices.SortFunc(out, func(a, b file) int { return strings.Compare(a.name, b.name) })
	return out, nil
}

func build(ctx context.Context, o options, target string, at time.Time, with []file) ([]string, error) {
	system, arch, ok := strings.Cut(target, "/")
	if !ok {
		return nil, errors.New("a target is SYSTEM/ARCHITECTURE")
	}
	program := filepath.Join(o.dir, "sallyport-"+system+"-"+arch)
	_, err := output(ctx, []string{"CGO_ENABLED=0", "GOOS=" + system, "GOARCH=" + arch}, "go", "build", "-trimpath", "-buildvcs=false", "-tags", "console",
		"-ldflags", "-s -w -buildid= -X main.version="+o.version, "-o", program, "./cmd/sallyport")
	if err != nil {
		return nil, err
	}
	text, err := os.ReadFile(program)
	if err != nil {
		return nil, err
	}
	if err := os.Remove(program); err != nil {
		return nil, err
	}
	base := fmt.Sprintf("sallyport_%s_%s_%s", strings.TrimPrefix(o.version, "v"), system, arch)
	all := append([]file{{"bin/sallyport", text, 0o755}}, with...)
	var tgz bytes.Buffer
	if err := archive(&tgz, base+"/", all, at); err != nil {
		return nil, err
	}
	names := []string{base + ".tar.gz"}
	if err := os.WriteFile(filepath.Join(o.dir, names[0]), tgz.Bytes(), 0o644); err != nil {
		return nil, err
	}
	if system != "linux" {
		return names, nil
	}
	unit, err := os.ReadFile("deploy/sallyport.service")
	if err != nil {
		return nil, err
	}
	deb, err := debian(strings.TrimPrefix(o.version, "v"), arch, append(all, file{"lib/systemd/system/sallyport.service", unit, 0o644}), at)
	if err != nil {
		return nil, err
	}
	return append(names, base+".deb"), os.WriteFile(filepath.Join(o.dir, base+".deb"), deb, 0o644)
}

// sums writes the checksums, as sha256sum -c reads them.
func sums(dir string, names []string) error {
	var b strings.Builder
	for _, name := range append(names, "sallyport.cdx.json") {
		text, err := os.ReadFile(filepath.Join(dir, name))
		if err != nil {
			return err
		}
		fmt.Fprintf(&b, "%x  %s\n", sha256.Sum256(text), name)
	}
	return os.WriteFile(filepath.Join(dir, "SHA256SUMS"), []byte(b.String()), 0o644)
}
