package access

import (
	"bufio"
	"encoding/csv"
	"encoding/json"
	"fmt"
	"io"
	"strconv"
	"strings"
	"time"

	"sallyport/internal/sheet"
)

// WriteCSV writes a ranking, a line for each start.
func WriteCSV(w io.Writer, r Ranking) error {
	out := csv.NewWriter(w)
	head := []string{"rank", "tier", "start", "name", "length", "confidence", "strength", "dormant", "last_login", "path", "why", "changes"}
	if err := out.Write(head); err != nil {
		return fmt.Errorf("write a ranking: %w", err)
	}
	for i, x := range r.Ranked {
		var path, why, changes []string
		for _, s := range x.Path.Steps {
			path = append(path, string(s.Kind)+" → "+s.To.String())
			why = append(why, s.Why)
			for _, c := range s.Changes {
				changes = append(changes, c.String())
			}
		}
		last := ""
		if !x.LastLogin.IsZero() {
			last = x.LastLogin.UTC().Format(time.RFC3339)
		}
		line := []string{
			strconv.Itoa(i + 1), strconv.Itoa(x.Tier), x.Start.String(), sheet.Cell(x.Name), strconv.Itoa(x.Length), x.Confidence.String(), x.Strength.String(),
			strconv.FormatBool(x.Dormant), last, sheet.Cell(strings.Join(path, "; ")), sheet.Cell(strings.Join(why, " | ")), sheet.Cell(strings.Join(changes, " | ")),
		}
		if err := out.Write(line); err != nil {
			return fmt.Errorf("write a ranking: %w", err)
		}
	}
	out.Flush()
	if err := out.Error(); err != nil {
		return fmt.Errorf("write a ranking: %w", err)
	}
	return nil
}

// WriteJSON writes the graph: its nodes, its steps and what was not seen. What
// is passed through is a node here, with a step to each of its ends. It holds
// one step at a time.
func (g *Graph) WriteJSON(w io.Writer) error {
	type node struct {
		Node
		Name   string `json:"name"`
		Passed bool   `json:"passed,omitempty"`
	}
	s := &stream{w: bufio.NewWriter(w)}
	s.text(`{"nodes":[`)
	for i, n := range g.nodes {
		if s.item(node{n, g.names[i], n.Aspect.passed()}) != nil {
			break
		}
	}
	s.list(`],"steps":[`)
	for e := range g.from {
		if s.item(g.Step(uint32(e))) != nil {
			break
		}
	}
	s.list(`],"gaps":[`)
	for _, x := range g.gaps {
		if s.item(x) != nil {
			break
		}
	}
	s.text("]}\n")
	return s.end("write the graph")
}

// stream writes lists of JSON, and remembers the first error.
type stream struct {
	w     *bufio.Writer
	later bool
	err   error
}

func (s *stream) text(text string) {
	if s.err == nil {
		_, s.err = s.w.WriteString(text)
	}
}

// list ends a list and begins another.
func (s *stream) list(text string) {
	s.later = false
	s.text(text)
}

func (s *stream) item(v any) error {
	if s.later {
		s.text(",\n")
	}
	s.later = true
	text, err := json.Marshal(v)
	if s.err == nil {
		s.err = err
	}
	s.text(string(text))
	return s.err
}

func (s *stream) end(doing string) error {
	if s.err == nil {
		s.err = s.w.Flush()
	}
	if s.err != nil {
		return fmt.Errorf("%s: %w", doing, s.err)
	}
	return nil
}
