package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"html"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"time"
)

// reportPeers writes the figures: as JSON, as a chart, and as a table in the page of
// the documentation that has a place for it.
func (b bench) reportPeers(ctx context.Context, all []figure) error {
	machine, err := json.MarshalIndent(all, "", "  ")
	if err != nil {
		return err
	}
	if err := errors.Join(os.MkdirAll(b.to, 0o750), os.WriteFile(filepath.Join(b.to, "peers.json"), machine, 0o600)); err != nil {
		return err
	}
	if b.page == "" {
		return nil
	}
	chart := filepath.Join(filepath.Dir(b.page), "images", "benchmarks.svg")
	if err := os.WriteFile(chart, []byte(barChart(all)), 0o600); err != nil {
		return err
	}
	text, err := os.ReadFile(b.page)
	if err != nil {
		return err
	}
	before, rest, ok := strings.Cut(string(text), beginFigures)
	_, after, ended := strings.Cut(rest, endFigures)
	if !ok || !ended {
		return fmt.Errorf("%s has no place for figures", b.page)
	}
	return os.WriteFile(b.page, []byte(before+beginFigures+"\n"+b.setUp(ctx)+"\n"+peerTable(all)+endFigures+after), 0o600) //nolint:gosec // it was named
}

// Between these the page has what was measured.
const (
	beginFigures = "<!-- figures: made by make bench-peers -->"
	endFigures   = "<!-- end of figures -->"
)

// setUp says what was measured where, in which versions.
func (b bench) setUp(ctx context.Context) string {
	versions := []string{"Sallyport of this tree"}
	for _, name := range []string{"n8n", "node-red", "jackson"} {
		versions = append(versions, peerPackages()[name][0])
	}
	node, err := exec.CommandContext(ctx, "node", "--version").Output()
	if err != nil {
		node = []byte("unknown")
	}
	load, err := os.ReadFile("/proc/loadavg")
	if err != nil {
		load = []byte("unknown ")
	}
	busy, _, _ := strings.Cut(string(load), " ")
	return fmt.Sprintf("Measured on %s: %d cores, %s, Node %s, SQLite for all; %s. The load of the machine at the end was %s: whoever else used it slowed all of them.\n",
		time.Now().UTC().Format("2 January 2006"), runtime.NumCPU(), runtime.Version(), strings.TrimSpace(string(node)), strings.Join(versions, ", "), busy)
}

func peerTable(all []figure) string {
	var s strings.Builder
	s.WriteString("| Job | Product | a second | p50, p99 | CPU each | memory | |\n|---|---|---|---|---|---|---|\n")
	for _, group := range byJob(all) {
		for _, f := range group {
			fmt.Fprintf(&s, "| %s | %s | %.0f | %.1f ms, %.1f ms | %.2f ms | %d MB | %s |\n", f.Job, f.Product, f.Rate, f.P50, f.P99, f.CPU, f.Memory, f.Note)
		}
	}
	return s.String()
}

// byJob puts figures of a job together, in the order in which jobs were first done.
func byJob(all []figure) [][]figure {
	var out [][]figure
	for _, f := range all {
		at := slices.IndexFunc(out, func(g []figure) bool { return g[0].Job == f.Job })
		if at < 0 {
			out = append(out, []figure{f})
			continue
		}
		out[at] = append(out[at], f)
	}
	return out
}

// barChart draws what each product does a second, each job on a scale of its own.
func barChart(all []figure) string {
	const left, width, bar = 130, 560, 20
	colors := map[string]string{"Sallyport": "#2f6fde", "n8n": "#d9822b", "Node-RED": "#b5474d", "Jackson": "#7a62b8"}
	var s strings.Builder
	y := 10
	for _, group := range byJob(all) {
		most := 0.0
		for _, f := range group {
			most = max(most, f.Rate)
		}
		y += 24
		fmt.Fprintf(&s, `<text x="10" y="%d" font-weight="600">%s, a second</text>`+"\n", y, html.EscapeString(group[0].Job))
		y += 10
		for _, f := range group {
			w := max(2, int(f.Rate/most*(width-left-110)))
			fmt.Fprintf(&s, `<text x="%d" y="%d" text-anchor="end">%s</text><rect x="%d" y="%d" width="%d" height="%d" rx="2" fill="%s"/><text x="%d" y="%d">%.0f</text>`+"\n",
				left-8, y+15, html.EscapeString(f.Product), left, y, w, bar, colors[f.Product], left+w+6, y+15, f.Rate)
			y += bar + 5
		}
	}
	return fmt.Sprintf(`<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %d %d" font-family="system-ui, sans-serif" font-size="13" role="img" aria-label="What each product does a second">`+"\n"+
		`<style>text{fill:#333}@media (prefers-color-scheme:dark){text{fill:#ddd}}</style>`+"\n%s</svg>\n", width+20, y+14, s.String())
}
