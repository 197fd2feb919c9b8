package main

import (
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"time"

	"sallyport/internal/auth0"
	"sallyport/internal/detect/correlate"
	"sallyport/internal/event"
	"sallyport/internal/rule"
)

// runDetect finds what rules are about in exports of events.
func runDetect(ctx context.Context, flags *flag.FlagSet, args []string, std streams) error {
	var p packs
	p.flags(flags)
	flags.Func("rules", "`folder` of rules, such as a checkout of SigmaHQ's; may be given again (default: those that are built in)", func(dir string) error {
		p.dirs = append(p.dirs, dir)
		return nil
	})
	all := flags.Bool("all", false, "use those rules, too, that are off unless they are turned on")
	asJSON := flags.Bool("json", false, "write each match as a line of JSON")
	if err := parseFlags(flags, args); err != nil {
		return err
	}
	book, err := p.book(*all, std)
	if err != nil {
		return err
	}
	files := flags.Args()
	if len(files) == 0 {
		files = []string{"-"}
	}
	d := detection{book: book, awaited: map[string]event.Event{}, std: std, json: *asJSON}
	began := time.Now()
	for _, file := range files {
		if err := d.file(ctx, file); err != nil {
			return fmt.Errorf("%s: %w", file, err)
		}
	}
	if !*asJSON {
		_, _ = fmt.Fprintf(std.out, "%d matches in %d events, by %d rules, in %s\n", d.matches, d.events, len(book.Rules()), time.Since(began).Round(time.Millisecond))
	}
	if d.bad > 0 {
		return fmt.Errorf("%d events could not be read", d.bad)
	}
	return nil
}

// book compiles the rules that were chosen. What is wrong with others is said.
func (p *packs) book(all bool, std streams) (*rule.Book, error) {
	sources, err := p.sources()
	if err != nil {
		return nil, err
	}
	shelf, report, err := rule.Load(sources...)
	if err != nil {
		return nil, err
	}
	for _, problem := range report.Problems {
		if !problem.Warning {
			problem.File = at(problem.Pack, problem.File)
			_, _ = fmt.Fprintln(std.err, problem)
		}
	}
	var rules []*rule.Rule
	for _, r := range shelf.All() {
		if !r.Part && (all || r.Enabled) {
			rules = append(rules, r)
		}
	}
	if len(rules) == 0 {
		return nil, fmt.Errorf("there are no rules to look for")
	}
	return rule.NewBook(rules)
}

// detection is what was found so far.
type detection struct {
	book   *rule.Book
	memory correlate.Memory
	// awaited are the events that may be asked for when time has decided.
	awaited map[string]event.Event
	newest  time.Time

	std                  streams
	json                 bool
	events, matches, bad int
}

// found is what a block of events came to.
type found struct {
	events  int
	matches *rule.Matches
	numbers map[*byte]int // of the events that were read, by where they begin
	at      func(n int) string
	bad     []string
	newest  time.Time
}

// search matches a block. It touches nothing that others use.
func (d *detection) search(b event.Block) found {
	f := found{numbers: map[*byte]int{}, at: b.At}
	parser, entries := event.NewParser(), auth0.NewParser()
	scan := d.book.Scan(func(r *rule.Rule, e event.Event) bool {
		return r.Language == rule.Correlation && (e.UUID == "" || e.Published.IsZero()) // it cannot be counted
	})
	for n, raw := range b.Events() {
		f.events++
		raw = entries.Event(raw)
		err := scan.Event(raw, func() (event.Event, error) {
			e, err := parser.Parse(raw)
			if e.Raw == nil {
				return e, err
			}
			f.numbers[&raw[0]] = n
			if e.Published.After(f.newest) {
				f.newest = e.Published
			}
			return e, nil // what it lacks, rules over single events do without
		})
		if err != nil {
			f.bad = append(f.bad, fmt.Sprintf("%s: %v", b.At(n), err))
		}
	}
	f.matches = scan.End()
	return f
}

// report counts what was found and tells it. Blocks come in the order of the file.
func (d *detection) report(ctx context.Context, file string, f found) error {
	d.events += f.events
	for _, bad := range f.bad {
		if d.bad++; d.bad <= maxBadShown {
			_, _ = fmt.Fprintf(d.std.err, "%s: %s\n", file, bad)
		}
	}
	hits, err := f.matches.Hits(ctx, nil, &d.memory)
	if err != nil {
		return err
	}
	for _, e := range f.matches.Awaited() {
		e.Raw = append([]byte(nil), e.Raw...) // of the block no more
		d.awaited[e.UUID] = e
	}
	if err := d.write(inOrder(hits, f)); err != nil {
		return err
	}
	if f.newest.After(d.newest) {
		d.newest = f.newest
	}
	return d.due(ctx)
}

// due tells what only time has decided.
func (d *detection) due(ctx context.Context) error {
	hits, err := d.book.Due(ctx, d.newest, &d.memory, func(_ context.Context, uuid string) (event.Event, bool, error) {
		e, ok := d.awaited[uuid]
		return e, ok, nil
	})
	if err != nil {
		return err
	}
	for uuid, e := range d.awaited {
		if d.newest.Sub(e.Published) > d.book.Patience() {
			delete(d.awaited, uuid)
		}
	}
	told := make([]match, len(hits))
	for i, h := range hits {
		told[i] = tell(h, "")
	}
	return d.write(told)
}

func (d *detection) write(told []match) error {
	for _, m := range told {
		d.matches++
		if d.json {
			if err := json.NewEncoder(d.std.out).Encode(m); err != nil {
				return err
			}
			continue
		}
		if _, err := fmt.Fprintln(d.std.out, m); err != nil {
			return err
		}
	}
	return nil
}
