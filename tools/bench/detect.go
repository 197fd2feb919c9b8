package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"syscall"
	"time"

	"github.com/bytedance/sonic"
	"github.com/valyala/fastjson"
	"go.yaml.in/yaml/v3"

	"sallyport/internal/detect"
	"sallyport/internal/detect/oktafilter"
	"sallyport/internal/detect/sigma"
	"sallyport/internal/scan"
	"sallyport/tools/traffic"
)

// contender is something that reads events.
type contender struct {
	name  string
	event func(raw []byte) (hits int, err error)
	also  func() string // what else there is to say

	hits  int
	rates []float64 // events a second of CPU, of each block
}

// blockSize is how many events are in memory at a time: 12 MB, more than a core's
// caches hold.
const blockSize = 5_000

// detect measures how many events are matched in a second of one core, next to
// parsers that do nothing but parse. All take their turns at one block of events
// after another, so that what else the machine does is shared by all; what counts
// is the CPU that the process used, and the middle of all blocks.
func (b bench) detect(ctx context.Context) error {
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(1))
	all, err := b.contenders(ctx)
	if err != nil {
		return err
	}
	t, total, bytes := traffic.New(), 0, 0
	var buf []byte
	block := make([][]byte, 0, blockSize)
	for total < b.events && ctx.Err() == nil {
		buf, block = buf[:0], block[:0]
		for len(block) < min(blockSize, b.events-total) {
			from := len(buf)
			buf = t.Event(buf, total+len(block))
			block = append(block, buf[from:len(buf):len(buf)]) // which stays where it is if buf grows
		}
		for _, c := range all {
			if err := c.run(block); err != nil {
				return err
			}
		}
		total, bytes = total+len(block), bytes+len(buf)
	}
	b.say("detection in %d events of %d bytes on average, on one core, by CPU time", total, bytes/max(1, total))
	size, floor := float64(bytes)/float64(total), all[0].rates
	for _, c := range all {
		rate, of := median(c.rates), make([]float64, len(c.rates))
		for i, r := range c.rates {
			of[i] = r / floor[i]
		}
		also := ""
		if c.also != nil {
			also = c.also()
		}
		b.say("  %-38s %9.0f events/s  %5.2f GB/s  %4.2f of fastjson  %7d hits%s", c.name, rate, rate*size/1e9, median(of), c.hits, also)
	}
	return ctx.Err()
}

func (c *contender) run(block [][]byte) error {
	runtime.GC()
	began := cpuTime()
	for _, raw := range block {
		n, err := c.event(raw)
		if err != nil {
			return fmt.Errorf("%s: %w: %s", c.name, err, raw)
		}
		c.hits += n
	}
	c.rates = append(c.rates, float64(len(block))/(cpuTime()-began).Seconds())
	return nil
}

func cpuTime() time.Duration {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		return 0
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

func median(of []float64) float64 {
	of = slices.Sorted(slices.Values(of))
	return of[len(of)/2]
}

// contenders are the parsers, and programs of more and more rules.
func (b bench) contenders(ctx context.Context) ([]*contender, error) {
	var parser fastjson.Parser
	all := []*contender{
		{name: "fastjson, parse only", event: func(raw []byte) (int, error) {
			_, err := parser.ParseBytes(raw)
			return 0, err
		}},
		{name: "sonic, parse only", event: func(raw []byte) (int, error) {
			var v any
			return 0, sonic.ConfigFastest.Unmarshal(raw, &v)
		}},
		{name: "sonic, check only", event: func(raw []byte) (int, error) { return 0, valid(sonic.Valid(raw)) }},
		{name: "scan, check only", event: func(raw []byte) (int, error) { return 0, valid(scan.Valid(raw)) }},
	}
	own, err := sigmaRules(filepath.Join(b.corpus, "sigma"))
	if err != nil {
		return nil, err
	}
	filters, err := oktaFilters(filepath.Join(b.corpus, "okta-detections"))
	if err != nil {
		return nil, err
	}
	both := slices.Concat(own, filters)
	for _, rules := range [][]detect.Rule{nil, own, both, variants(both, 1000)} {
		p, err := detect.Compile(rules)
		if err != nil {
			return nil, err
		}
		m := p.Matcher()
		all = append(all, &contender{name: fmt.Sprintf("sallyport, %d rules", len(rules)), event: func(raw []byte) (int, error) {
			hits, err := m.Match(raw)
			return len(hits), err
		}})
	}
	for _, rules := range [][]detect.Rule{nil, both} {
		c, err := newCounting(rules)
		if err != nil {
			return nil, err
		}
		all = append(all, &contender{
			name:  fmt.Sprintf("sallyport, %d rules and 4 correlations", len(rules)),
			event: func(raw []byte) (int, error) { return c.event(ctx, raw) },
			also:  func() string { return fmt.Sprintf(", %d groups", c.store.Len()) },
		})
	}
	return all, nil
}

func valid(ok bool) error {
	if !ok {
		return errors.New("no JSON")
	}
	return nil
}

// sigmaRules reads the rules in a folder; those with placeholders are left out.
func sigmaRules(dir string) ([]detect.Rule, error) {
	files, _ := filepath.Glob(filepath.Join(dir, "*.yml"))
	if len(files) == 0 {
		return nil, fmt.Errorf("there are no rules in %s: -corpus names the folder", dir)
	}
	var rules []detect.Rule
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			return nil, err
		}
		docs, err := sigma.Parse(text, sigma.Options{})
		if err != nil {
			continue
		}
		for _, d := range docs {
			if r, ok := d.(*sigma.Rule); ok {
				rules = append(rules, detect.Rule{ID: r.ID, Expr: r.Expr})
			}
		}
	}
	return rules, nil
}

// oktaFilters reads the System Log filters of Okta's detection catalogue.
func oktaFilters(dir string) ([]detect.Rule, error) {
	files, _ := filepath.Glob(filepath.Join(dir, "*.yml"))
	var rules []detect.Rule
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			return nil, err
		}
		var d struct {
			Detection struct {
				SystemLog map[string]string `yaml:"okta_systemlog"`
			}
		}
		if err := yaml.Unmarshal(text, &d); err != nil {
			return nil, err
		}
		for name, filter := range d.Detection.SystemLog {
			if name == "datadog" {
				continue
			}
			e, err := oktafilter.Parse(filter)
			if err != nil {
				return nil, fmt.Errorf("%s: %w", file, err)
			}
			rules = append(rules, detect.Rule{ID: filepath.Base(file) + " " + name, Expr: e})
		}
	}
	return rules, nil
}

// variants makes n rules of fewer, as organizations do: a rule with an exception,
// or for a part of the people or applications.
func variants(of []detect.Rule, n int) []detect.Rule {
	rules := slices.Clone(of)
	for k := len(of); k < n; k++ {
		text := func(path string, op detect.Op, format string) detect.Expr {
			return detect.Test{Path: path, Op: op, Values: []detect.Value{{Text: fmt.Sprintf(format, k)}}}
		}
		e := of[k%len(of)].Expr
		switch k / len(of) % 4 {
		case 0:
			e = detect.And{e, detect.Not{Expr: text("actor.alternateId", detect.Equal, "service%d@acme.example")}}
		case 1:
			e = detect.And{e, text("target.displayName", detect.Contains, "Application %d")}
		case 2:
			e = detect.And{e, detect.Not{Expr: text("client.userAgent.rawUserAgent", detect.Contains, "Agent/%d.")}}
		case 3:
			e = detect.And{text("actor.alternateId", detect.StartsWith, "person%d"), e}
		}
		rules = append(rules, detect.Rule{ID: fmt.Sprintf("%s %d", of[k%len(of)].ID, k), Expr: e})
	}
	return rules
}
