package migration

import (
	"slices"
	"strconv"
	"strings"
	"time"

	"sallyport/internal/value"
)

// cards writes cards one after another.
func (g *graph) cards(list []any, path string) {
	for i, v := range list {
		at := path + "[" + strconv.Itoa(i) + "]"
		o, ok := v.(*value.Object)
		if !ok {
			g.w.fail(at, "a card is wanted")
			return
		}
		g.card(o, at)
		if g.w.err != nil {
			return
		}
	}
}

func kindWriters() map[string]func(*graph, *value.Object, string) {
	loop := (*graph).loopCard
	return map[string]func(*graph, *value.Object, string){
		"comment": (*graph).commentCard, "then": (*graph).ifCard, "branch": (*graph).branchCard, "try": (*graph).tryCard,
		"stop": (*graph).stopCard, "fail": (*graph).failCard, "return": (*graph).returnCard, "respond": (*graph).replyCard, "answer": (*graph).replyCard,
		"wait": (*graph).waitCard, "call": (*graph).callCard, "each": loop, "map": loop, "filter": loop, "reduce": loop, "repeat": loop,
		"use": (*graph).useCard,
	}
}

func (g *graph) card(o *value.Object, at string) {
	if id := o.Text("id"); id != "" {
		at += " (" + id + ")"
	}
	for key, write := range kindWriters() {
		if has(o, key) {
			write(g, o, at)
			return
		}
	}
	g.w.fail(at, "an export has no such card")
}

// begin makes the card for one of ours.
func (g *graph) begin(o *value.Object, address, title string) *xcard {
	if t := o.Text("title"); t != "" {
		title = t
	}
	c := g.add(address, title)
	c.comment = o.Text("note")
	return c
}

// control makes a card that is a kind of card in our language.
func (g *graph) control(o *value.Object, method string) *xcard {
	return g.begin(o, kernelAddress(method), titles()[method])
}

// gives says that a card's outputs are referred to by its id.
func (g *graph) gives(o *value.Object, find func(path []string) (*xfield, []string)) {
	if id := o.Text("id"); id != "" {
		g.names[id] = find
	}
}

// field is an input with what stands in the flow for it.
func (g *graph) field(c *xcard, group, key string, v any, at string) *xfield {
	f := g.input(c, group, key)
	g.fill(f, v, at)
	return f
}

// named gives a card an output for each name.
func (g *graph) byName(c *xcard) func(path []string) (*xfield, []string) {
	return func(path []string) (*xfield, []string) {
		if len(path) < 2 {
			return nil, nil
		}
		return g.output(c, "", path[1]), path[2:]
	}
}

// only gives a card one output, for a name of ours.
func (g *graph) only(c *xcard, name, key string) func(path []string) (*xfield, []string) {
	return func(path []string) (*xfield, []string) {
		if len(path) < 2 || path[1] != name {
			return nil, nil
		}
		return g.output(c, "", key), path[2:]
	}
}

func (g *graph) commentCard(o *value.Object, _ string) {
	g.add(commentAddress, "Comment").comment = o.Text("comment")
}

// opposites are the operators that hold where another does not.
func opposites() map[string]string {
	return map[string]string{
		"==": "!=", "!=": "==", "in": "not in", "not in": "in", "has": "doesn't have", "doesn't have": "has", "is empty": "is not empty", "is not empty": "is empty",
	}
}

// condition writes a comparison; unless says that the card means its opposite.
func (g *graph) condition(c *xcard, group string, v any, opposite bool, at string) {
	o, ok := v.(*value.Object)
	if !ok {
		g.w.fail(at, "an export has no words for the condition %q; it takes a comparison of two values: {a, is, b}", value.String(v))
		return
	}
	op := o.Text("is")
	if op == "" {
		op = "=="
	}
	if opposite {
		turned, ok := opposites()[op]
		if !ok {
			g.w.fail(at, "an export has no words for the opposite of %s", op)
			return
		}
		op = turned
	}
	left := g.field(c, group, leftOperand, o.At("a"), at)
	g.literal(g.input(c, group, operatorKey), op)
	right := g.field(c, group, rightOperand, o.At("b"), at)
	left.plainOperand(o.At("a"), op, o.At("b"))
	right.plainOperand(o.At("b"), op, o.At("a"))
}

// unconditional makes sure that a card has no condition, where an export has no
// place for one.
func (g *graph) unconditional(o *value.Object, at string) {
	if has(o, "if") || has(o, "unless") {
		g.w.fail(at, "an export has no such card with a condition; put it in an if")
	}
}

func conditionOf(o *value.Object) (v any, unless bool) {
	if v, ok := o.Get("unless"); ok {
		return v, true
	}
	return o.At("if"), false
}

func (g *graph) ifCard(o *value.Object, at string) {
	c := g.control(o, "control:if")
	v, unless := conditionOf(o)
	g.condition(c, "", v, unless, at)
	heads := [2]*xcard{}
	ends := [2]*xcard{}
	for i, key := range []string{"then", "else"} {
		heads[i] = g.loose(kernelAddress("control:noop"), "Noop")
		heads[i].hidden = true
		c.branches.Set(heads[i].uuid, key == "then")
		g.last = heads[i]
		side, _ := o.At(key).([]any)
		g.cards(side, at+"."+key)
		ends[i] = g.last
	}
	join := g.loose(kernelAddress("control:join"), "Join")
	g.order(ends[0], join)
	g.order(ends[1], join)
	g.last = join
	for name, v := range o.Object("out").All() {
		both, _ := v.(*value.Object)
		in, out := g.input(join, "", name), g.output(join, "", name)
		in.kind.join(out.kind)
		join.joins.Set(in.id, []any{value.Map("output", out.id, "transform", nil)})
		g.arms(in, both, at+".out."+name)
	}
	g.gives(o, func(path []string) (*xfield, []string) {
		if len(path) == 2 && path[1] == "holds" && !has(o.Object("out"), "holds") {
			out := g.output(c, "", "result")
			out.kind.set("boolean", false)
			return out, nil
		}
		if len(path) < 2 || !slices.ContainsFunc(join.out, func(f *xfield) bool { return f.key == path[1] }) {
			return nil, nil
		}
		return g.output(join, "", path[1]), path[2:]
	})
}

// arms wires both sides into an input of a join.
func (g *graph) arms(in *xfield, both *value.Object, at string) {
	then, els := both.At("then"), both.At("else")
	if _, plain := g.plain(then); plain && then != nil || els != nil && value.Equal(then, els) {
		if _, same := g.plain(els); !same || !value.Equal(then, els) {
			g.w.fail(at, "an export takes the values of an if from cards in its sides; put an Assign there")
			return
		}
	}
	for _, v := range []any{then, els} {
		if v != nil {
			g.fill(in, v, at)
		}
		if value.Equal(then, els) {
			return
		}
	}
}

func (g *graph) branchCard(o *value.Object, at string) {
	c := g.control(o, "control:branch")
	g.errorPolicy(c, o, at)
	cases, _ := o.At("branch").([]any)
	for i, v := range cases {
		k, _ := v.(*value.Object)
		group := "if"
		if i > 0 {
			group = shortIDOf(c.uuid, strconv.Itoa(i))
		}
		path := at + ".branch[" + strconv.Itoa(i) + "]"
		cond, unless := conditionOf(k)
		g.condition(c, group, cond, unless, path)
		g.literal(g.input(c, group, "inputs"), value.NewObject(0))
		cards, _ := k.At("do").([]any)
		g.bodyOf(c, group, cards, path+".do")
	}
	g.literal(g.input(c, "else", "inputs"), value.NewObject(0))
	els, _ := o.At("else").([]any)
	g.bodyOf(c, "else", els, at+".else")
	g.gives(o, g.byName(c))
}

// bodyOf writes cards as the body of a card.
func (g *graph) bodyOf(c *xcard, group string, cards []any, path string) {
	in := g.input(c, group, "flo")
	in.kind.set("flo", false)
	in.body = g.inside(c, cards, path, nil)
}

// inside makes a graph of cards within a card.
func (g *graph) inside(c *xcard, cards []any, path string, more map[string]string) *graph {
	inner := g.w.graph(g, c)
	root := inner.add(kernelAddress("control:callable"), "Helper Flow")
	for name, key := range more {
		inner.names[name] = func(p []string) (*xfield, []string) { return inner.output(root, "context", key), p[1:] }
	}
	inner.cards(withoutNothing(cards), path)
	return inner
}

func (g *graph) tryCard(o *value.Object, at string) {
	c := g.control(o, "control:tryCatch")
	cards, _ := o.At("try").([]any)
	g.bodyOf(c, "", cards, at+".try")
	caught, _ := o.At("catch").([]any)
	c.handler = g.inside(c, caught, at+".catch", map[string]string{"error": "error"})
	c.policy = value.Map("type", "handler", "merge", "join")
	g.gives(o, g.byName(c))
}

func (g *graph) stopCard(o *value.Object, at string) {
	c := g.control(o, "control:continueIf")
	v, unless := conditionOf(o)
	if v == nil {
		v, unless = value.Map("a", true, "b", false), true
	}
	g.condition(c, "", v, !unless, at)
	g.field(c, "otherwise", "message", o.At("stop"), at)
}

func (g *graph) failCard(o *value.Object, at string) {
	method := "control:throw"
	if has(o, "if") || has(o, "unless") {
		method = "control:throwIf"
	}
	c := g.control(o, method)
	if v, unless := conditionOf(o); v != nil {
		g.condition(c, "", v, unless, at)
	}
	g.field(c, "", "message", o.At("fail"), at)
	g.field(c, "", "statusCode", o.At("status"), at)
	for name, v := range o.Object("details").All() {
		g.field(c, "", name, v, at).custom = true
	}
	g.errorPolicy(c, o, at)
}

func (g *graph) returnCard(o *value.Object, at string) {
	g.unconditional(o, at)
	g.returning(g.control(o, "control:return"), o.Object("return"), at)
}

func (g *graph) returning(c *xcard, fields *value.Object, at string) {
	for name, v := range fields.All() {
		in := g.field(c, "", name, v, at)
		in.custom = true
		g.output(c, "", name).kind.join(in.kind)
	}
}

func (g *graph) replyCard(o *value.Object, at string) {
	fields, group := o.Object("respond"), ""
	var c *xcard
	if fields != nil {
		c = g.control(o, "control:returnRaw")
	} else {
		fields, group = o.Object("answer"), "Response"
		c = g.begin(o, channelAddress("httpfunctions", "close"), titles()["httpfunctions:close"])
	}
	for _, key := range [][2]string{{"status", "statusCode"}, {"headers", "headers"}, {"body", "body"}} {
		g.field(c, group, key[1], fields.At(key[0]), at)
	}
}

func (g *graph) waitCard(o *value.Object, at string) {
	w := o.Object("wait")
	if has(w, "until") {
		g.field(g.control(o, "control:until"), "", "date", w.At("until"), at)
		return
	}
	c := g.control(o, "control:wait")
	g.field(c, "", "delay", w.At("for"), at)
	g.field(c, "", "unit", w.At("unit"), at)
}

func (g *graph) callCard(o *value.Object, at string) {
	method := "control:spawn"
	if o.At("async") == true {
		method = "control:run"
	}
	c := g.control(o, method)
	g.errorPolicy(c, o, at)
	g.helper(c, o.Text("call"), at)
	for name, v := range o.Object("with").All() {
		g.argument(c, name, v, at)
	}
	g.gives(o, g.byName(c))
}

// helper is the flow that a card runs.
func (g *graph) helper(c *xcard, slug, at string) *xfield {
	in := g.input(c, "", "flo")
	id, ok := g.w.x.ids[slug]
	if !ok {
		g.w.fail(at, "the flow %q is not among those that are exported", slug)
	}
	in.data = id
	in.kind.set("flo", false)
	return in
}

// argument is an input of the flow that a card runs.
func (g *graph) argument(c *xcard, name string, v any, at string) *xfield {
	in := g.field(c, "", name, v, at)
	in.custom = true
	return in
}

// roundFields are the loops of our language: the card of the export for each, and
// its input for what is gone over.
func (g *graph) loopCard(o *value.Object, at string) {
	method, over := "", "list"
	switch {
	case has(o, "each") && o.At("ignore_errors") == true:
		method = "list:asyncEach"
	case has(o, "each"):
		method = "list:each"
	case has(o, "map"):
		method = "list:map"
	case has(o, "filter"):
		method = "list:filter"
	case has(o, "reduce"):
		method = "list:reduce"
	default:
		method, over = "control:times", "count"
	}
	c := g.control(o, method)
	g.errorPolicy(c, o, at)
	var list any
	for _, key := range []string{"each", "map", "filter", "reduce", "repeat"} {
		if v, ok := o.Get(key); ok {
			list = v
		}
	}
	g.field(c, "", over, list, at)
	if method == "list:reduce" {
		g.memo(c, o, at)
	}
	n, ok := o.At("concurrency").(float64)
	if !ok {
		n = 1
	}
	g.literal(g.input(c, "", "concurrency"), n)
	as := o.Text("as")
	if as == "" {
		as = "item"
	}
	g.rounds(c, o, as, at)
	switch method {
	case "list:map":
		out := g.output(c, "", "new list")
		out.kind.set(map[bool]string{true: "object", false: "string"}[o.Text("gives") == "object"], true)
		g.gives(o, g.only(c, "list", "new list"))
	case "list:filter":
		g.output(c, "", "list").kind.set("object", true)
		g.gives(o, g.only(c, "list", "list"))
	case "list:reduce":
		g.gives(o, g.only(c, "item", "item"))
	}
}

// memo is what a reduce begins with, of the type that says what comes of a round.
func (g *graph) memo(c *xcard, o *value.Object, at string) {
	f := g.field(c, "", "memo", o.At("memo"), at)
	if _, alone := lone(o.At("memo")); o.Text("gives") == "object" {
		f.kind = &xtype{name: "object"}
	} else if alone {
		f.kind = &xtype{name: "string"}
	}
}

// rounds is the flow that a loop runs: an export has one flow there, and no
// other cards.
func (g *graph) rounds(c *xcard, o *value.Object, as, at string) {
	do, _ := o.At("do").([]any)
	call := &value.Object{}
	if len(do) == 1 {
		call, _ = do[0].(*value.Object)
	}
	if call.Text("call") == "" || call.At("async") != nil || len(do) != 1 {
		g.w.fail(at, "an export has one call in a loop, and no other cards; move them into a flow of their own")
		return
	}
	g.helper(c, call.Text("call"), at)
	for name, v := range call.Object("with").All() {
		g.perItem(c, name, v, as, at)
	}
}

// perItem is an argument that may come from the item of the round.
func (g *graph) perItem(c *xcard, name string, v any, as, at string) {
	proxy := value.Map("dynamic", false, "path", nil, "dest", value.Map("key", name, "group", nil))
	r, alone := lone(v)
	if path, ok := itemPath(r, as); alone && ok {
		in := g.input(c, "", name)
		in.custom, in.proxy = true, proxy.With("dynamic", true).With("path", path)
		return
	}
	if alone && r.path[0] == "memo" && len(r.path) == 1 && len(r.filters) == 0 && name == "memo" {
		in := g.input(c, "", name)
		in.custom, in.proxy = true, proxy
		return
	}
	g.argument(c, name, v, at).proxy = proxy
}

// lone is a value that is one reference and nothing else.
func lone(v any) (reading, bool) {
	s, _ := v.(string)
	words, refs := pieces(s)
	if len(refs) != 1 || words[0] != "" || words[1] != "" {
		return reading{path: []string{""}}, false
	}
	r, err := parseRef(refs[0])
	return r, err == nil
}

// itemPath is the path into the item that a reference takes, as an export writes it.
func itemPath(r reading, as string) (string, bool) {
	if r.path[0] != as {
		return "", false
	}
	path := slices.Clone(r.path[1:])
	for _, s := range r.filters {
		if s.name != "get" {
			return "", false
		}
		path = append(path, s.arg)
	}
	return strings.Join(path, "."), true
}

// errorPolicy writes what happens when a card fails.
func (g *graph) errorPolicy(c *xcard, o *value.Object, at string) {
	c.policy = value.Map("type", "finish")
	switch way := o.At("on_error").(type) {
	case string:
		if way == "continue" {
			g.w.fail(at, "an export has no words for on_error: continue; put the card in a try")
		}
	case *value.Object:
		if slug := way.Text("call"); slug != "" {
			c.policy = value.Map("type", "flo", "flo", g.w.x.ids[slug])
			if g.w.x.ids[slug] == "" {
				g.w.fail(at, "the flow %q is not among those that are exported", slug)
			}
		} else {
			if way.Object("return").Len() > 0 {
				g.w.fail(at, "an export has no words for the values of on_error: return")
			}
			c.policy = value.Map("type", "return")
		}
	}
	switch retry := o.At("retry").(type) {
	case nil:
	case *value.Object:
		c.policy.Set("retry", retry.At("times"))
		if list, ok := retry.At("delay").([]any); ok && len(list) == 2 {
			c.policy.Set("delay", []any{milliseconds(list[0]), milliseconds(list[1])})
		} else if has(retry, "delay") {
			c.policy.Set("delay", milliseconds(retry.At("delay")))
		}
		if has(retry, "only") {
			c.policy.Set("retryCondition", "ratelimits")
		}
	default:
		g.w.fail(at, "an export says how often a card is tried again, and not for how long: retry: {times: 3}")
	}
}

func milliseconds(v any) float64 {
	d, err := time.ParseDuration(value.String(v))
	if err != nil {
		return 0
	}
	return float64(d.Milliseconds())
}

// result writes what a flow gives that ends without a return: an export takes the
// outputs of its last card, and where those are others it gets a return.
func (g *graph) result(fields *value.Object) {
	if fields.Len() == 0 || g.w.err != nil || g.last == nil {
		return
	}
	last := g.lastCard()
	for name, v := range fields.All() {
		r, alone := lone(v)
		if alone && len(r.filters) == 0 {
			if out, rest := g.resolve(r.path); out != nil && len(rest) == 0 && out.card == last && keySuffix.ReplaceAllString(out.key, "") == keySuffix.ReplaceAllString(name, "") {
				continue
			}
		}
		g.returning(g.add(kernelAddress("control:return"), "Return"), fields, "result")
		return
	}
}

// lastCard is the last card that is no comment.
func (g *graph) lastCard() *xcard {
	before := map[string]string{}
	for _, o := range g.orderings {
		before[o[1]] = o[0]
	}
	byID := map[string]*xcard{}
	for _, c := range g.all {
		byID[c.uuid] = c
	}
	last := g.last
	for last.address == commentAddress && byID[before[last.uuid]] != nil {
		last = byID[before[last.uuid]]
	}
	return last
}
