package migration

import (
	"slices"
	"strconv"

	"sallyport/internal/flopack"
	"sallyport/internal/value"
)

// call translates a Call Flow, and a Call Flow Async.
func (f *frame) call(c *flopack.Card, at string) *value.Object {
	o := f.control(c, at)
	in := named(c, "", "flo")
	if in == nil {
		in = &flopack.Field{}
	}
	id, _ := in.Data.(string)
	for k, v := range f.calling(c, id, nil).All() {
		o.Set(k, v)
	}
	if c.Method == "run" {
		o.Set("async", true)
	}
	f.outputs(c, func(out *flopack.Field) []string { return []string{grouped(out)} })
	return o
}

// calling is the card that calls a flow with what a card has for it. over gives
// what comes from the item of a loop; nil outside of one.
func (f *frame) calling(c *flopack.Card, id string, over func(in *flopack.Field) (expr, bool)) *value.Object {
	helper := f.u.t.d.Flow(id)
	o := value.Map("call", f.u.t.slugs[id])
	if helper == nil || helper.Graph.Root() == nil {
		o.Set("call", slug(id))
		return o
	}
	root, with := helper.Graph.Root(), value.NewObject(len(c.Inputs))
	for _, in := range c.Inputs {
		group, key, ok := parameter(in)
		if !ok {
			continue
		}
		if root.OutputNamed(group, key) == nil {
			continue
		}
		e, fromItem := expr{}, false
		if over != nil {
			e, fromItem = over(in)
		}
		if !fromItem {
			e = f.value(c, in)
		}
		if !e.null() {
			with.Set(grouped(&flopack.Field{Group: group, Key: key}), e.source())
		}
	}
	// A reduce gives its helper the memo even where the card does not name it.
	if _, named := with.Get("memo"); c.Method == "reduce" && !named && takes(root, "memo") {
		with.Set("memo", ref("memo").source())
	}
	if with.Len() > 0 {
		o.Set("with", with)
	}
	return o
}

// takes reports whether a flow that begins with a card has an input of a name.
func takes(root *flopack.Card, key string) bool {
	return root.OutputNamed("", key) != nil
}

// parameter is the input of the called flow that an input of a card is for.
func parameter(in *flopack.Field) (group, key string, ok bool) {
	if in.Type == "flo" || in.Group == "context" || in.Hidden && !in.Custom {
		return "", "", false
	}
	if in.Proxy != nil && in.Proxy.Object("dest") != nil {
		dest := in.Proxy.Object("dest")
		return dest.Text("group"), dest.Text("key"), true
	}
	standard := in.Group == "" && slices.Contains([]string{"list", "concurrency", "count", "memo", "object", "message"}, in.Key)
	return in.Group, in.Key, in.Custom || !standard
}

// loop translates the cards that run a flow for each item of something.
func (f *frame) loop(c *flopack.Card, at string) *value.Object {
	o := f.control(c, at)
	kinds := map[string][2]string{
		"list:each": {"each", "list"}, "list:asyncEach": {"each", "list"}, "list:map": {"map", "list"}, "list:filter": {"filter", "list"},
		"list:reduce": {"reduce", "list"}, "object:map": {"map", "object"}, "control:times": {"repeat", "count"},
	}
	kind := kinds[c.Address()]
	over := f.at(c, "", kind[1])
	if kind[1] == "list" { // an object there is one item, and not one for each of its fields
		over = over.listed()
	}
	o.Set(kind[0], over.source())
	if c.Method == "reduce" {
		memo := f.at(c, "", "memo")
		o.Set("memo", memo.source())
		in := named(c, "", "memo")
		if _, object := memo.lit.(*value.Object); object || in != nil && kindOf(in) == value.Obj {
			o.Set("gives", "object")
		}
	}
	as := "item"
	if f.u.depth > 0 {
		as = "item_" + strconv.Itoa(f.u.depth+1)
		o.Set("as", as)
	}
	if c.Method == "asyncEach" {
		o.Set("ignore_errors", true)
	}
	if n, ok := value.Numeric(f.at(c, "", "concurrency").lit); ok && n > 1 {
		o.Set("concurrency", min(n, 100))
	}
	o.Set("do", f.round(c, at, as))
	f.loopOutputs(c, o)
	return o
}

// round is what runs for each item: a flow that is called, or cards of its own.
func (f *frame) round(c *flopack.Card, at, as string) []any {
	item := func(in *flopack.Field) (expr, bool) { return ofItem(c, in, as) }
	in := named(c, "", "flo")
	if in == nil || in.Body == nil {
		id := ""
		if in != nil {
			id, _ = in.Data.(string)
		}
		return []any{f.calling(c, id, item)}
	}
	f.u.depth++
	defer func() { f.u.depth-- }()
	return f.body(in.Body, c, at+".do", func(out *flopack.Field) expr { return f.inRound(c, out, as) })
}

// inRound is what a field stands for that the cards within a loop begin with.
func (f *frame) inRound(c *flopack.Card, out *flopack.Field, as string) expr {
	for _, in := range c.Inputs {
		if group, key, ok := parameter(in); ok && group == out.Group && key == out.Key {
			if e, fromItem := ofItem(c, in, as); fromItem {
				return e
			}
			return f.value(c, in)
		}
	}
	e, ok := contextOf(out)
	switch {
	case !ok && out.Group != "": // an item holds fields by group and name
		return ref(as, out.Group, out.Key)
	case !ok:
		return ref(as, out.Key)
	case out.Key == "index":
		return ref("index")
	}
	return e
}

// ofItem is what an argument of a loop's flow takes from the item of the round.
func ofItem(c *flopack.Card, in *flopack.Field, as string) (expr, bool) {
	_, key, _ := parameter(in)
	if c.Method == "reduce" && key == "memo" {
		return ref("memo"), true
	}
	if dynamic, _ := in.Proxy.At("dynamic").(bool); !dynamic {
		return expr{}, false
	}
	e := ref(as)
	if path := in.Proxy.Text("path"); path != "" {
		e = e.through("get " + strconv.Quote(path))
	}
	return e, true
}

// listed is the value as a list: what is none becomes the one item of it.
func (e expr) listed() expr {
	if e.plain() {
		return literal(value.Loosely(e.lit, value.List))
	}
	return e.as(value.List)
}

// loopOutputs says what a loop gives, and how a map makes its items of what its
// rounds return.
func (f *frame) loopOutputs(c *flopack.Card, o *value.Object) {
	switch c.Method {
	case "map", "filter":
		if c.Method == "map" && givesObject(f.u.t.d, c) {
			o.Set("gives", "object")
		}
		f.outputs(c, func(*flopack.Field) []string { return []string{"list"} })
		made := f.made[c]
		f.made[c] = func(out *flopack.Field) expr {
			e := made(out)
			e.kind = value.List
			return e
		}
	case "reduce":
		f.outputs(c, func(*flopack.Field) []string { return []string{"item"} })
	}
}

// givesObject reports whether the items of a map are objects of all that its
// rounds return, and not the one value that they return.
func givesObject(d *flopack.Document, c *flopack.Card) bool {
	if len(c.Outputs) == 0 {
		return false
	}
	declared := c.Outputs[0].Type
	structure, ok := declared.(*value.Object)
	if !ok {
		return declared == "object"
	}
	returned := resultKeys(d, c)
	for _, k := range returned {
		if _, ok := structure.Get(k); ok {
			return true
		}
	}
	return len(returned) != 1
}

// resultKeys are the fields that the flow that a card calls returns.
func resultKeys(d *flopack.Document, c *flopack.Card) []string {
	in := named(c, "", "flo")
	if in == nil {
		return nil
	}
	id, _ := in.Data.(string)
	g := in.Body
	if helper := d.Flow(id); helper != nil {
		g = helper.Graph
	}
	if g == nil {
		return nil
	}
	var keys []string
	seen := map[string]bool{}
	add := func(fields []*flopack.Field) {
		for _, f := range fields {
			if !seen[f.Key] {
				seen[f.Key], keys = true, append(keys, f.Key)
			}
		}
	}
	order, _ := g.Order()
	var last *flopack.Card
	for _, x := range order {
		switch {
		case x.Is("control", "return"):
			add(x.Inputs)
		case x.Displayed && !isExpand(x) && !x.Is("control", "comment"):
			last = x
		}
	}
	if len(keys) == 0 && last != nil {
		add(last.Outputs)
	}
	return keys
}
