package store

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
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

// Facets counts alerts by what they are.
func (t Alerts) Facets(ctx context.Context, org string, f AlertFilter) (AlertFacets, error) {
	out := AlertFacets{Severities: map[rule.Severity]int{}}
	var err error
	without := f
	without.States = nil
	if out.States, err = facet[alert.State](ctx, t.db, org, without, `state`); err != nil {
		return out, err
	}
	without = f
	without.Types = nil
	if out.Types, err = facet[string](ctx, t.db, org, without, `type`); err != nil {
		return out, err
	}
	without = f
	without.Rules = nil
	if out.Rules, err = facet[string](ctx, t.db, org, without, `rule_id`); err != nil {
		return out, err
	}
	without = f
	without.Assignees = nil
	if out.Assignees, err = facet[string](ctx, t.db, org, without, `COALESCE(assignee_id, '')`); err != nil {
		return out, err
	}
	without = f
	without.Attack = nil
	if out.Attack, err = t.attackFacet(ctx, org, without); err != nil {
		return out, err
	}
	without = f
	without.Severities = nil
	for _, s := range alert.Severities() {
		only := without
		only.Severities = []rule.Severity{s}
		n, err := t.Count(ctx, org, only)
		if err != nil {
			return out, err
		}
		if n > 0 {
			out.Severities[s] = n
		}
	}
	return out, nil
}

// attackFacet counts alerts by what of ATT&CK their tags name.
func (t Alerts) attackFacet(ctx context.Context, org string, f AlertFilter) (map[string]int, error) {
	sets, err := facet[string](ctx, t.db, org, f, `tags`)
	if err != nil {
		return nil, err
	}
	out := map[string]int{}
	for text, n := range sets {
		var r rule.Rule
		if err := json.Unmarshal([]byte(text), &r.Tags); err != nil {
			return nil, fmt.Errorf("tags of alerts: %w", err)
		}
		ids := r.Tactics()
		for _, id := range r.Techniques() {
			whole, _, _ := strings.Cut(id, ".")
			ids = append(ids, id, whole)
		}
		slices.Sort(ids)
		for _, id := range slices.Compact(ids) {
			out[id] += n
		}
	}
	return out, nil
}

func facet[K ~string](ctx context.Context, db *DB, org string, f AlertFilter, column string) (map[K]int, error) {
	w := f.where(org)
	return counts[K](ctx, db, `SELECT `+column+`, count(*) FROM alert `+w.text()+` GROUP BY `+column, w.args...)
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
