package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"sallyport/internal/alert"
	"sallyport/internal/rule"
)

// AlertFilter says which alerts are listed. An empty list is no filter.
type AlertFilter struct {
	States       []alert.State
	Verdicts     []alert.Verdict
	Severities   []rule.Severity
	Types        []string
	Rules        []string
	Tags         []string         // all of them
	Attack       []string         // one of these tactics or techniques of ATT&CK, as "credential-access" or "T1098"; a technique with its parts
	Entity       *alert.EntityKey // with an empty kind it is any of that id, login or name
	Assignees    []string         // accounts; "" for nobody
	Case         string
	Text         string    // in the title, the rule's title, or what names the entity, in any case
	Since, Until time.Time // of the time they were made; zero for no bound
	Overdue      time.Time // something was due before; zero for no such condition
	ByRisk       bool      // those of the riskiest entities first
	After        Place
	Limit        int
}

func (f AlertFilter) where(org string) *where {
	w := &where{}
	w.add(`org_id = ?`, org)
	w.between(`created_at`, f.Since, f.Until)
	oneOf(w, `state`, f.States)
	oneOf(w, `verdict`, f.Verdicts)
	oneOf(w, `severity`, f.Severities)
	oneOf(w, `type`, f.Types)
	oneOf(w, `rule_id`, f.Rules)
	w.addIf(f.Case != "", `case_id = ?`, f.Case)
	if len(f.Assignees) > 0 {
		w.add(`COALESCE(assignee_id, '') IN `+in(len(f.Assignees)), anys(f.Assignees)...)
	}
	for _, tag := range f.Tags {
		text, err := json.Marshal(tag)
		w.addIf(err == nil, `tags LIKE ? ESCAPE '\'`, "%"+likely(string(text))+"%")
	}
	w.attack(f.Attack)
	if e := f.Entity; e != nil && e.Kind != "" {
		w.add(`entity_kind = ? AND entity_key = ?`, e.Kind, e.ID)
	} else if e != nil {
		w.add(`(entity_id = ? OR lower(entity_login) = lower(?) OR entity_name = ?)`, e.ID, e.ID, e.ID)
	}
	if f.Text != "" {
		like := "%" + likely(strings.ToLower(f.Text)) + "%"
		w.add(`(lower(title) LIKE ? ESCAPE '\' OR lower(rule_title) LIKE ? ESCAPE '\' OR lower(entity_login) LIKE ? ESCAPE '\' OR lower(entity_name) LIKE ? ESCAPE '\' OR entity_id LIKE ? ESCAPE '\')`,
			like, like, like, like, "%"+likely(f.Text)+"%")
	}
	if !f.Overdue.IsZero() {
		n := toMicros(f.Overdue)
		w.add(`state <> 'closed' AND (state = 'open' AND ack_due_at > 0 AND ack_due_at < ? OR close_due_at > 0 AND close_due_at < ?)`, n, n)
	}
	return w
}

func oneOf[T any](w *where, column string, words []T) {
	if len(words) > 0 {
		w.add(column+` IN `+in(len(words)), anys(words)...)
	}
}

// attack adds that one of the tags names one of these tactics or techniques, or a
// part of a technique. Between the words of a tactic a tag has a dash or, of Sigma
// 1, an underscore; the pattern's underscore stands for both.
func (w *where) attack(ids []string) {
	var terms []string
	var args []any
	for _, id := range ids {
		text, err := json.Marshal("attack." + strings.ToLower(id))
		if err != nil {
			continue
		}
		tag := strings.ReplaceAll(likely(strings.TrimSuffix(string(text), `"`)), "-", "_")
		terms = append(terms, `tags LIKE ? ESCAPE '\'`, `tags LIKE ? ESCAPE '\'`)
		args = append(args, "%"+tag+`"%`, "%"+tag+`.%`)
	}
	w.addIf(len(terms) > 0, "("+strings.Join(terms, " OR ")+")", args...)
}

// likely returns a text as a LIKE with ESCAPE '\' finds it.
func likely(text string) string {
	return strings.NewReplacer(`\`, `\\`, `%`, `\%`, `_`, `\_`).Replace(text)
}

// List returns alerts, the newest first.
func (t Alerts) List(ctx context.Context, org string, f AlertFilter) ([]alert.Alert, error) {
	w := f.where(org)
	w.after(f.After, "created_at")
	return list(ctx, t.db, scanAlert, `SELECT `+alertColumns+` FROM alert `+w.text()+` ORDER BY created_at DESC, id DESC LIMIT ?`, append(w.args, f.Limit)...)
}

// Count counts the alerts that a filter leaves.
func (t Alerts) Count(ctx context.Context, org string, f AlertFilter) (int, error) {
	w := f.where(org)
	return one(ctx, t.db, "count", scalar[int], `SELECT count(*) FROM alert `+w.text(), w.args...)
}

// AlertFacets count the alerts that a filter leaves, by what they are. Each
// leaves out the filter's own condition on it, so that it shows what else there is.
type AlertFacets struct {
	States     map[alert.State]int
	Severities map[rule.Severity]int
	Types      map[string]int
	Rules      map[string]int
	Assignees  map[string]int // by account; "" for nobody
	Attack     map[string]int // by tactic and technique, these also with their parts
}

// Facets counts alerts by what they are. What no condition is on is counted in one
// go: an organization may have very many.
func (t Alerts) Facets(ctx context.Context, org string, f AlertFilter) (AlertFacets, error) {
	out := AlertFacets{States: map[alert.State]int{}, Severities: map[rule.Severity]int{}, Types: map[string]int{}, Rules: map[string]int{}, Assignees: map[string]int{}, Attack: map[string]int{}}
	all := []facet{
		{`state`, len(f.States) > 0, func(f *AlertFilter) { f.States = nil }, func(v string, n int) error { out.States[alert.State(v)] += n; return nil }},
		{`type`, len(f.Types) > 0, func(f *AlertFilter) { f.Types = nil }, func(v string, n int) error { out.Types[v] += n; return nil }},
		{`rule_id`, len(f.Rules) > 0, func(f *AlertFilter) { f.Rules = nil }, func(v string, n int) error { out.Rules[v] += n; return nil }},
		{`COALESCE(assignee_id, '')`, len(f.Assignees) > 0, func(f *AlertFilter) { f.Assignees = nil }, func(v string, n int) error { out.Assignees[v] += n; return nil }},
		{`tags`, len(f.Attack) > 0, func(f *AlertFilter) { f.Attack = nil }, out.attack},
		{`CAST(severity AS TEXT)`, len(f.Severities) > 0, func(f *AlertFilter) { f.Severities = nil }, out.severity},
	}
	var free []facet
	for _, of := range all {
		if !of.bound {
			free = append(free, of)
			continue
		}
		without := f
		of.free(&without)
		if err := t.facets(ctx, org, without, of); err != nil {
			return out, err
		}
	}
	return out, t.facets(ctx, org, f, free...)
}

// facet is a column that alerts are counted by.
type facet struct {
	column string
	bound  bool // the filter has a condition on it
	free   func(*AlertFilter)
	add    func(word string, n int) error
}

// facets counts by some columns at once.
func (t Alerts) facets(ctx context.Context, org string, f AlertFilter, by ...facet) error {
	if len(by) == 0 {
		return nil
	}
	columns := make([]string, len(by))
	for i, of := range by {
		columns[i] = of.column
	}
	w := f.where(org)
	rows, err := list(ctx, t.db, func(rows *sql.Rows) (c counted, err error) {
		c.words = make([]string, len(by))
		into := make([]any, 0, len(by)+1)
		for i := range c.words {
			into = append(into, &c.words[i])
		}
		return c, rows.Scan(append(into, &c.n)...)
	}, `SELECT `+strings.Join(columns, ", ")+`, count(*) FROM alert `+w.text()+` GROUP BY `+strings.Join(columns, ", "), w.args...)
	if err != nil {
		return err
	}
	for _, c := range rows {
		for i, of := range by {
			if err := of.add(c.words[i], c.n); err != nil {
				return err
			}
		}
	}
	return nil
}

// counted are alerts that have these words in common.
type counted struct {
	words []string
	n     int
}

func (out AlertFacets) severity(word string, n int) error {
	s, err := strconv.Atoi(word)
	out.Severities[rule.Severity(s)] += n
	return err
}

// attack counts alerts by what of ATT&CK their tags name.
func (out AlertFacets) attack(tags string, n int) error {
	var r rule.Rule
	if err := json.Unmarshal([]byte(tags), &r.Tags); err != nil {
		return fmt.Errorf("tags of alerts: %w", err)
	}
	ids := r.Tactics()
	for _, id := range r.Techniques() {
		whole, _, _ := strings.Cut(id, ".")
		ids = append(ids, id, whole)
	}
	slices.Sort(ids)
	for _, id := range slices.Compact(ids) {
		out.Attack[id] += n
	}
	return nil
}

// HitsOf counts, by rule, the alerts that were made since a time and how often
// the rule was hit in them.
func (t Alerts) HitsOf(ctx context.Context, org string, since time.Time) (alerts, hits map[string]int, err error) {
	if alerts, err = counts[string](ctx, t.db, `SELECT rule_id, count(*) FROM alert WHERE org_id = ? AND created_at >= ? GROUP BY rule_id`, org, toMicros(since)); err != nil {
		return nil, nil, err
	}
	hits, err = counts[string](ctx, t.db, `SELECT rule_id, sum(hits) FROM alert WHERE org_id = ? AND last_at >= ? GROUP BY rule_id`, org, toMicros(since))
	return alerts, hits, err
}
