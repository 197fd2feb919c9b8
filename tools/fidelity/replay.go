package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"regexp"
	"slices"
	"strings"
)

// score counts how answers compare with the recorded ones.
type score struct {
	Stories, StoriesOK, Requests, Statuses, Shapes int

	misses map[string]int // what differed, and how often
}

// player sends recorded requests to a server and compares the answers.
type player struct {
	base, token string
	client      *http.Client
	// before is called before each story.
	before func(story)
}

// play replays stories and adds them up. A request that gets no answer
// counts as a wrong status.
func (p *player) play(ctx context.Context, stories []story) score {
	total := score{misses: map[string]int{}}
	for _, s := range stories {
		if p.before != nil {
			p.before(s)
		}
		total.Stories++
		if p.story(ctx, s, &total) {
			total.StoriesOK++
		} else {
			total.misses["a status of "+s.source]++
		}
	}
	return total
}

// story replays one recording and says whether all statuses were equal.
func (p *player) story(ctx context.Context, s story, total *score) bool {
	known := &idMap{}
	host := hostPart.FindString(s.exchanges[0].URL)
	allEqual := true
	for _, x := range s.exchanges {
		status, body := p.send(ctx, x, known, host)
		total.Requests++
		op := operation(x)
		equal := status == x.Status
		if equal {
			total.Statuses++
		} else {
			allEqual = false
			total.misses[fmt.Sprintf("%s want %d got %d", op, x.Status, status)]++
		}
		want, err1 := parse(x.Answer)
		got, err2 := parse(body)
		if err1 != nil || err2 != nil {
			continue
		}
		if status > 0 && status < 300 && x.Status < 300 {
			learn(want, got, known)
		}
		if !equal {
			continue
		}
		diffs := compare(want, got, "")
		if len(diffs) == 0 {
			total.Shapes++
		}
		for _, d := range diffs {
			total.misses[op+" "+d]++
		}
	}
	return allEqual
}

func (p *player) send(ctx context.Context, x exchange, known *idMap, host string) (int, string) {
	body := strings.ReplaceAll(known.substitute(x.Request), host, p.base)
	req, err := http.NewRequestWithContext(ctx, x.Method, p.base+known.substitute(x.path), strings.NewReader(body))
	if err != nil {
		return 0, ""
	}
	req.Header.Set("Authorization", "SSWS "+p.token)
	req.Header.Set("Accept", "application/json")
	req.Header.Set("Content-Type", "application/json")
	resp, err := p.client.Do(req)
	if err != nil {
		return 0, ""
	}
	defer resp.Body.Close()
	var b bytes.Buffer
	if _, err := io.Copy(&b, resp.Body); err != nil {
		return 0, ""
	}
	return resp.StatusCode, b.String()
}

func parse(s string) (any, error) {
	if s == "" {
		return nil, nil
	}
	var v any
	return v, json.Unmarshal([]byte(s), &v)
}

var idPart = regexp.MustCompile(`/[0-9A-Za-z_-]{17,}`)

// operation names a request without its ids and parameters.
func operation(x exchange) string {
	path, _, _ := strings.Cut(x.path, "?")
	return x.Method + " " + idPart.ReplaceAllString(path, "/{id}")
}

// idMap says which id of the server stands for which recorded one, in the
// order they were learned.
type idMap struct{ from, to []string }

func (m *idMap) put(from, to string) {
	if i := slices.Index(m.from, from); i >= 0 {
		m.to[i] = to
		return
	}
	m.from, m.to = append(m.from, from), append(m.to, to)
}

func (m *idMap) substitute(s string) string {
	for i, from := range m.from {
		s = strings.ReplaceAll(s, from, m.to[i])
	}
	return s
}

var idShape = regexp.MustCompile(`^[0-9a-z]{2,4}[0-9A-Za-z]{14,17}$`)

// learn notes the ids that stand in the same places of two answers.
func learn(want, got any, m *idMap) {
	switch w := want.(type) {
	case map[string]any:
		g, ok := got.(map[string]any)
		if !ok {
			return
		}
		for _, k := range sortedKeys(w) {
			x, ok := g[k]
			if !ok {
				continue
			}
			a, isText := w[k].(string)
			b, isTextToo := x.(string)
			if isText && isTextToo && idShape.MatchString(a) && (k == "id" || k == "userId" || k == "groupId") {
				m.put(a, b)
			}
			learn(w[k], x, m)
		}
	case []any:
		g, ok := got.([]any)
		for i := 0; ok && i < min(len(w), len(g)); i++ {
			learn(w[i], g[i], m)
		}
	}
}

func sortedKeys(m map[string]any) []string {
	out := make([]string, 0, len(m))
	for k := range m {
		out = append(out, k)
	}
	slices.Sort(out)
	return out
}

// telling are the fields whose values are compared, not only their types.
var telling = []string{"status", "type", "errorCode", "factorType", "provider", "objectClass", "signOnMode", "name"}

// compare returns how two answers differ: keys, types, and the values of
// telling fields. Of lists the first elements are compared. Null goes with
// everything.
func compare(want, got any, path string) []string {
	if want != nil && got != nil && typeOf(want) != typeOf(got) {
		return []string{fmt.Sprintf("%s type %s->%s", place(path), typeOf(want), typeOf(got))}
	}
	var out []string
	switch w := want.(type) {
	case map[string]any:
		if g, ok := got.(map[string]any); ok {
			out = compareObjects(w, g, path)
		}
	case []any:
		if g, ok := got.([]any); ok && len(w) > 0 && len(g) > 0 {
			out = compare(w[0], g[0], path+"/0")
		}
	case string:
		last := path[strings.LastIndex(path, "/")+1:]
		if slices.Contains(telling, last) && want != got && !idShape.MatchString(w) && !strings.Contains(path, "profile") {
			out = []string{fmt.Sprintf("%s %s->%v", path, w, got)}
		}
	}
	return out
}

func compareObjects(want, got map[string]any, path string) []string {
	var out []string
	for _, k := range sortedKeys(want) {
		if x, ok := got[k]; ok {
			out = append(out, compare(want[k], x, path+"/"+k)...)
		} else {
			out = append(out, path+"/"+k+" missing")
		}
	}
	for _, k := range sortedKeys(got) {
		if _, ok := want[k]; !ok {
			out = append(out, path+"/"+k+" extra")
		}
	}
	return out
}

func place(path string) string {
	if path == "" {
		return "/"
	}
	return path
}

// typeOf names a JSON type; booleans count as numbers.
func typeOf(v any) string {
	switch v.(type) {
	case map[string]any:
		return "object"
	case []any:
		return "list"
	case string:
		return "text"
	case nil:
		return "null"
	default:
		return "number"
	}
}
