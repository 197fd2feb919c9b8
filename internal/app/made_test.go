package app_test

import (
	"encoding/json"
	"fmt"
	"log/slog"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"sallyport/internal/app"
	"sallyport/internal/config"
	"sallyport/internal/flopack"
	"sallyport/internal/functions"
	"sallyport/internal/migration"
	"sallyport/internal/store/storetest"
	"sallyport/internal/value"
)

// box is a card of an export that a test makes.
type box struct {
	address string
	in, out []slot
	handler []*box
	sides   [2][]*box // of an If/Else: where its comparison holds, and else
}

// slot is a field of one: "key", or "group/key". What is in it is a literal, a
// wire, or cards.
type slot struct {
	key, typ string
	data     any
	dynamic  string // path into the item of the round, after a colon
}

// wire leads from an output.
type wire struct {
	from *box
	key  string
}

// titled is what cards are called in an export.
var titled = map[string]string{
	"boolean:compare": "Compare", "control:assignIf": "Assign If", "control:continueIf": "Continue If", "control:return": "Return", "control:let": "Assign",
	"control:tryCatch": "If Error", "control:branch": "If/ElseIf", "control:if": "If/Else", "control:throw": "Return Error", "control:spawn": "Call Flow",
	"list:map": "Map", "list:reduce": "Reduce", "list:each": "For Each", "list:filter": "Filter Custom", "object:get": "Get",
}

// boxes writes an export of them.
type boxes struct{ ids map[*box]string }

func (m *boxes) id(b *box) string {
	if m.ids[b] == "" {
		m.ids[b] = fmt.Sprintf("card-%d", len(m.ids)+1)
	}
	return m.ids[b]
}

func (m *boxes) graph(cards []*box) map[string]any {
	methods, orderings, pins := []any{}, map[string]any{}, map[*box]map[string]any{}
	follow := func(cards []*box) {
		for i, c := range cards[1:] {
			orderings[fmt.Sprintf("o%d", len(orderings)+1)] = []string{m.id(cards[i]), m.id(c)}
		}
	}
	for i, c := range cards {
		if i > 0 && cards[i-1].sides[0] == nil {
			follow(cards[i-1 : i+1])
		}
		for _, side := range c.sides {
			if side != nil {
				follow(side)
				cards = append(cards, side[:len(side)-1]...)
			}
		}
	}
	for _, c := range cards {
		for n, s := range c.in {
			w, ok := s.data.(wire)
			if !ok {
				continue
			}
			if pins[w.from] == nil {
				pins[w.from] = map[string]any{}
			}
			to, _ := pins[w.from]["out "+w.key].(map[string]any)
			if to == nil {
				to = map[string]any{}
				pins[w.from]["out "+w.key] = to
			}
			list, _ := to[m.id(c)].([]any)
			to[m.id(c)] = append(list, map[string]any{"input": fmt.Sprintf("in %d", n)})
		}
	}
	for _, c := range cards {
		methods = append(methods, m.card(c, pins[c]))
	}
	return map[string]any{"methods": methods, "orderings": orderings}
}

func (m *boxes) card(c *box, pins map[string]any) map[string]any {
	in, out := map[string]any{}, map[string]any{}
	for n, s := range c.in {
		f := field(s)
		if body, ok := s.data.([]*box); ok {
			f["value"].(map[string]any)["data"] = m.graph(body)
		}
		f["metadata"] = map[string]any{"index": n, "custom": s.dynamic != "" || c.address == "control:return" || c.address == "control:let"}
		in[fmt.Sprintf("in %d", n)] = f
	}
	for _, s := range c.out {
		out["out "+s.key] = field(s)
	}
	policy := map[string]any{"type": "finish"}
	if c.handler != nil {
		policy = map[string]any{"type": "handler", "merge": "join", "flo": m.graph(c.handler)}
	}
	branches := map[string]any{}
	for i, side := range c.sides {
		if side != nil {
			branches[m.id(side[0])] = i == 0
		}
	}
	module, method, _ := strings.Cut(c.address, ":")
	return map[string]any{
		"uuid": m.id(c), "address": "root:kernel:" + module + ":0.0.1:" + method, "pins": pins, "branches": branches,
		"node": map[string]any{"model": map[string]any{
			"displayed": c.address != "control:noop", "metadata": map[string]any{"name": titled[c.address]}, "inputs": map[string]any{"data": in}, "outputs": map[string]any{"data": out}, "policy": map[string]any{"error": policy},
		}},
	}
}

func field(s slot) map[string]any {
	group, key, ok := strings.Cut(s.key, "/")
	f := map[string]any{"key": key, "group": group}
	if !ok {
		f["key"], f["group"] = s.key, nil
	}
	typ, list := strings.CutSuffix(s.typ, "[]")
	v := map[string]any{"type": typ, "collection": list, "data": s.data}
	if _, isWire := s.data.(wire); isWire {
		v["data"] = nil
	}
	if path, ok := strings.CutPrefix(s.dynamic, ":"); ok {
		v["proxy"] = map[string]any{"dynamic": true, "path": path, "dest": map[string]any{"key": f["key"], "group": f["group"]}}
	}
	f["value"] = v
	return f
}

// start is the card that a flow or a body of one begins with.
func start(fields ...slot) *box {
	out := append(fields, slot{key: "context/index", typ: "number"}, slot{key: "context/execution_id", typ: "string"}, slot{key: "context/error", typ: "object"})
	return &box{address: "control:callable", in: out, out: out}
}

func give(fields ...slot) *box { return &box{address: "control:return", in: fields, out: bare(fields)} }

// bare are fields without what is in them.
func bare(fields []slot) []slot {
	var out []slot
	for _, s := range fields {
		out = append(out, slot{key: s.key, typ: s.typ})
	}
	return out
}

// flows are those of an export, by name.
type flows map[string][]*box

// play runs the flow main of an export, and returns what it gave, as JSON. The
// flows come to the same when they are exported and imported again.
func (f flows) play(t *testing.T, input *value.Object) string {
	t.Helper()
	text := f.export(t)
	res, again := translated(t, text), ""
	back, err := migration.Export(res, migration.Catalogue{Functions: functions.All()})
	if err != nil {
		t.Fatal(err)
	}
	for i, second := range translated(t, back).Flows {
		again += cmp.Diff(res.Flows[i].YAML, second.YAML)
	}
	if again != "" {
		t.Errorf("it comes back as another:\n%s", again)
	}
	return f.run(t, text, input)
}

func (f flows) run(t *testing.T, text []byte, input *value.Object) string {
	t.Helper()
	content, err := loaded()
	if err != nil {
		t.Fatal(err)
	}
	conf := config.Default()
	conf.DataDir = t.TempDir()
	storetest.Prepare(t, conf.DSN())
	p, err := app.OpenPlayer(t.Context(), app.PlayOptions{Options: app.Options{Config: conf, Log: slog.New(slog.DiscardHandler), Content: content}}, text, "made")
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := p.Close(); err != nil {
			t.Error(err)
		}
	}()
	main, err := p.Find("main")
	if err != nil {
		t.Fatal(err)
	}
	got, err := p.Run(t.Context(), main, app.Given{Input: input})
	if err != nil {
		t.Fatal(err)
	}
	if got.Run.Error != "" {
		t.Fatal(got.Run.Error)
	}
	return value.String(got.Outputs())
}

func (f flows) export(t *testing.T) []byte {
	t.Helper()
	m, flos := &boxes{ids: map[*box]string{}}, map[string]any{}
	for name, cards := range f {
		data := m.graph(cards)
		data["log"] = true
		flos[name] = map[string]any{"id": name, "name": name, "description": "", "data": data}
	}
	text, err := json.Marshal(map[string]any{"type": "flopack", "version": "1.5.0", "data": map[string]any{"flos": flos}})
	if err != nil {
		t.Fatal(err)
	}
	return text
}

func translated(t *testing.T, text []byte) *migration.Result {
	t.Helper()
	d, _, err := flopack.Parse(text)
	if err != nil {
		t.Fatal(err)
	}
	res, err := migration.Translate(d, migration.Catalogue{Functions: functions.All()})
	if err != nil {
		t.Fatal(err)
	}
	return res
}
