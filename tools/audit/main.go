// Command audit looks at what the product is made of: that the licences of all that
// it is built from allow it, that nothing is required that nobody uses, and that no
// secret stands in the tree or ever stood in its history.
//
//	go run ./tools/audit licences secrets unused
//
// It asks nobody over the network. What it finds is written to standard output, a
// line each; with anything found it ends with status 1.
package main

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strings"
)

func main() {
	if err := run(context.Background(), os.Args[1:], os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, "audit:", err)
		os.Exit(1)
	}
}

// look is one thing to look at. It returns what was looked at, in words, and what
// was found.
type look func(ctx context.Context) (at string, found []string, err error)

func looks() map[string]look {
	return map[string]look{"licences": licences, "secrets": secrets, "unused": unused}
}

func run(ctx context.Context, names []string, out io.Writer) error {
	if len(names) == 0 {
		names = []string{"licences", "secrets", "unused"}
	}
	bad := 0
	for _, name := range names {
		l, ok := looks()[name]
		if !ok {
			return fmt.Errorf("there is no look at %q: licences, secrets, unused", name)
		}
		at, found, err := l(ctx)
		if err != nil {
			return fmt.Errorf("look at %s: %w", name, err)
		}
		for _, f := range found {
			_, _ = fmt.Fprintf(out, "%s: %s\n", name, f)
		}
		_, _ = fmt.Fprintf(out, "%s: %s; %d found\n", name, at, len(found))
		bad += len(found)
	}
	if bad > 0 {
		return fmt.Errorf("%d found: repair it, or write down why it is so", bad)
	}
	return nil
}

// output runs a command in the root of the tree and returns what it writes.
func output(ctx context.Context, name string, args ...string) ([]byte, error) {
	var out, said bytes.Buffer
	cmd := exec.CommandContext(ctx, name, args...) //nolint:gosec // go and git, with words of ours
	cmd.Stdout, cmd.Stderr = &out, &said
	if err := cmd.Run(); err != nil {
		return nil, fmt.Errorf("%s %s: %w: %s", name, strings.Join(args, " "), err, strings.TrimSpace(said.String()))
	}
	return out.Bytes(), nil
}
