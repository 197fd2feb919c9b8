package migration

import (
	"slices"
	"strings"

	"sallyport/internal/connector"
	"sallyport/internal/function"
	"sallyport/internal/value"
)

// useCard writes a function, an action or an operation on a table.
func (g *graph) useCard(o *value.Object, at string) {
	head, tail, _ := strings.Cut(o.Text("use"), ".")
	slot := g.w.slot(head)
	switch fn, ok := g.w.x.functions[o.Text("use")]; {
	case head == tableFamily:
		g.tableCard(o, tail, at)
	case slot != nil:
		g.actionCard(o, *slot, tail, at)
	case ok && fn.Okta != "":
		g.functionCard(o, fn, at)
	default:
		g.w.fail(at, "Okta Workflows has no card that does what %s does", o.Text("use"))
	}
}

func (w *writer) slot(name string) *Slot {
	for i := range w.flow.Slots {
		if w.flow.Slots[i].Name == name {
			return &w.flow.Slots[i]
		}
	}
	if has(w.src.Object("connections"), name) {
		s := Slot{Name: name, Connector: w.src.Object("connections").Text(name)}
		if o := w.src.Object("connections").Object(name); o != nil {
			s.Connector = o.Text("connector")
		}
		return &s
	}
	return nil
}

func (g *graph) functionCard(o *value.Object, fn function.Function, at string) {
	address := kernelAddress(fn.Okta)
	if channel, method, _ := strings.Cut(fn.Okta, ":"); channel == fileChannel {
		address = channelAddress(channel, method)
	}
	c := g.begin(o, address, fn.Title)
	g.errorPolicy(c, o, at)
	with := o.Object("with")
	if with == nil {
		with = value.NewObject(0)
	}
	switch {
	case fn.ID == "text.compose" && !has(with, "values"):
		s, _ := with.At("text").(string)
		words, refs := pieces(s)
		if lit := with.Object("text"); lit != nil {
			s, refs = lit.Text("literal"), nil
			words = []string{s}
		}
		g.composeCard(c, s, words, refs, at)
	case fn.ID == "object.get_multiple":
		g.getMultiple(c, with, at)
	default:
		g.arguments(c, fn, with, at)
	}
	g.gives(o, func(path []string) (*xfield, []string) { return g.functionOutput(c, fn, path) })
}

func (g *graph) getMultiple(c *xcard, with *value.Object, at string) {
	g.field(c, "", "object", with.At("object"), at)
	paths, ok := with.At("paths").([]any)
	if !ok {
		g.w.fail(at, "an export takes the paths as a list")
	}
	for _, p := range paths {
		g.output(c, "", value.String(p)).custom = true
	}
}

// keyFor is the key, and the group, that a port has on a card.
func keyFor(p function.Port) (group, key string) {
	name := p.Okta
	if name == "" {
		name = p.Name
	}
	group, key, ok := strings.Cut(name, "/")
	if !ok {
		return "", name
	}
	return group, key
}

// arguments fills in a card's inputs: those of our ports, and what else there is.
func (g *graph) arguments(c *xcard, fn function.Function, with *value.Object, at string) {
	for _, p := range fn.In {
		group, key := keyFor(p)
		v := with.At(p.Name)
		if key == "*" {
			all, ok := v.(*value.Object)
			if !ok && v != nil {
				g.w.fail(at, "an export takes %s one by one", p.Name)
			}
			for k, e := range all.All() {
				g.own(c, group, k, e, at)
			}
			continue
		}
		if key == flowType {
			g.namedFlow(c, v, at)
			continue
		}
		f := g.input(c, group, key)
		name, list := typeOf(p.Type)
		if v != nil {
			g.fill(f, v, at)
		}
		f.kind.set(name, list)
		if other := opposite(key); other != "" {
			i := slices.IndexFunc(fn.In, func(p function.Port) bool { return p.Okta == other })
			f.plainOperand(v, with.Text(operatorKey), with.At(fn.In[i].Name))
		}
	}
	for k, v := range with.All() {
		if !slices.ContainsFunc(fn.In, func(p function.Port) bool { return p.Name == k }) {
			g.own(c, "", k, v, at)
		}
	}
}

// namedFlow is an input that names a flow.
func (g *graph) namedFlow(c *xcard, v any, at string) {
	slug, ok := g.plain(v)
	if !ok {
		g.w.fail(at, "an export has no words for a flow that is not known beforehand")
		return
	}
	g.helper(c, value.String(slug), at)
}

// own is a field of the author's own.
func (g *graph) own(c *xcard, group, key string, v any, at string) {
	f := g.input(c, group, key)
	s, _ := v.(string)
	f.textual = c.address == kernelAddress("string:concat") && !strings.Contains(s, "| as ")
	g.fill(f, v, at)
	f.custom = true
	if c.mirrored() {
		g.output(c, group, key).kind.join(f.kind)
	}
}

func (c *xcard) mirrored() bool { return c.address == kernelAddress("control:let") }

func (g *graph) functionOutput(c *xcard, fn function.Function, path []string) (*xfield, []string) {
	if len(path) < 2 {
		return nil, nil
	}
	for _, p := range fn.Out {
		if p.Name != path[1] {
			continue
		}
		group, key := keyFor(p)
		if key == "*" {
			if len(path) < 3 {
				return nil, nil
			}
			return g.output(c, group, path[2]), path[3:]
		}
		out := g.output(c, group, key)
		out.kind.set(typeOf(p.Type))
		return out, path[2:]
	}
	return nil, nil
}

// actionCard writes an action of a connector: as the card that it serves, or as
// the card that it is named after.
func (g *graph) actionCard(o *value.Object, s Slot, action, at string) {
	for _, serving := range g.w.x.actions[s.Connector+"."+action] {
		if places, ok := placed(serving, o); ok {
			g.serving(o, s, serving, places, at)
			return
		}
	}
	if len(g.w.x.actions[s.Connector+"."+action]) > 0 || !strings.ContainsAny(action, "ABCDEFGHIJKLMNOPQRSTUVWXYZ/") && !g.w.missing(o) {
		g.w.fail(at, "Okta Workflows has no card that does what %s does with these inputs", o.Text("use"))
		return
	}
	c := g.begin(o, channelAddress(s.Connector, action), "")
	g.connected(c, o, s, at)
	for name, v := range o.Object("with").All() {
		group, key := cutKey(name)
		f := g.field(c, group, key, v, at)
		f.option = group == "parameters"
	}
	g.streams(c, o, connector.Key{}, at)
	g.gives(o, func(path []string) (*xfield, []string) {
		if len(path) < 2 {
			return nil, nil
		}
		if path[1] == "streamed" && has(o, "stream") {
			return g.output(c, "Result", streamed()[0]), path[2:]
		}
		group, key := cutKey(path[1])
		return g.output(c, group, key), path[2:]
	})
}

// missing reports whether a card is named after one of Okta Workflows that we
// have no action for.
func (w *writer) missing(o *value.Object) bool {
	for name := range o.Object("with").All() {
		if strings.Contains(name, "/") {
			return true
		}
	}
	return o.Object("with").Len() == 0 || slices.ContainsFunc(w.flow.Missing, func(m Missing) bool { return strings.HasSuffix(m.Address, strings.TrimPrefix(o.Text("use"), "x")) })
}

// cutKey takes the name that we have for a field of a card apart.
func cutKey(name string) (group, key string) {
	group, key, ok := strings.Cut(name, "/")
	if !ok {
		return "", name
	}
	return group, key
}

func (g *graph) connected(c *xcard, o *value.Object, s Slot, at string) {
	if s.Export != "" {
		c.config = g.w.x.configID(s.Export)
	}
	g.errorPolicy(c, o, at)
}

// place is an input of an action, and the key of the card that leads there.
type place struct {
	key   connector.Key
	value any
	deep  bool
}

// placed finds a key of the card for each input of the action; false where an
// input has none.
func placed(s connector.Serving, o *value.Object) ([]place, bool) {
	if (s.Card.Stream != "") != has(o, "stream") {
		return nil, false
	}
	var out []place
	for name, v := range o.Object("with").All() {
		if fixed, ok := s.Card.Fixed.Get(name); ok && value.Equal(fixed, v) {
			continue
		}
		some, ok := placesOf(s.Card, []string{name}, v)
		if !ok {
			return nil, false
		}
		out = append(out, some...)
	}
	for name := range s.Card.Fixed.All() {
		if !has(o.Object("with"), name) {
			return nil, false
		}
	}
	return out, true
}

// placesOf are the keys of a card for an input of the action, or for the fields in it.
func placesOf(card connector.Card, path []string, v any) ([]place, bool) {
	last := len(path) - 1
	for _, m := range card.Inputs {
		switch {
		case m.Name != "*" && slices.Equal(m.Path, path):
			return []place{{m.Key, v, last > 0}}, true
		case m.Name == "*" && slices.Equal(m.Path, path[:last]):
			return []place{{connector.Key{Group: m.Group, Name: path[last]}, v, true}}, true
		}
	}
	sub, ok := v.(*value.Object)
	if !ok || has(sub, "literal") {
		return nil, false
	}
	var out []place
	for k, e := range sub.All() {
		some, ok := placesOf(card, append(slices.Clone(path), k), e)
		if !ok {
			return nil, false
		}
		out = append(out, some...)
	}
	return out, true
}

func (g *graph) serving(o *value.Object, s Slot, by connector.Serving, places []place, at string) {
	c := g.begin(o, channelAddress(by.Card.Channel, by.Card.Method), by.Action.Title)
	g.connected(c, o, s, at)
	for _, p := range places {
		f := g.field(c, p.key.Group, p.key.Name, p.value, at)
		f.custom, f.option = p.deep, p.key.Group == "parameters"
	}
	names := make([]string, 0, len(by.Card.When))
	for name := range by.Card.When {
		names = append(names, name)
	}
	slices.Sort(names)
	for _, name := range names {
		group, key := cutKey(name)
		if slices.ContainsFunc(places, func(p place) bool { return p.key.Group == group && p.key.Name == key }) {
			continue
		}
		for _, v := range by.Card.When[name] {
			if v != "" {
				f := g.input(c, group, key)
				g.literal(f, v)
				f.option = true
				break
			}
		}
	}
	g.streams(c, o, by.Card.Limit, at)
	g.gives(o, func(path []string) (*xfield, []string) { return g.actionOutput(c, by, path) })
}

// actionOutput finds the key of the card that leads to an output of the action:
// that which leads the furthest.
func (g *graph) actionOutput(c *xcard, by connector.Serving, path []string) (*xfield, []string) {
	if len(path) < 2 {
		return nil, nil
	}
	way := path[1:]
	best, key := -1, connector.Key{}
	for _, m := range by.Card.Outputs {
		n := len(m.Path)
		if n > len(way) || !slices.Equal(m.Path, way[:n]) {
			continue
		}
		switch {
		case m.Name != "*" && n > best:
			best, key = n, m.Key
		case m.Name == "*" && n+1 > best && n+1 <= len(way):
			best, key = n+1, connector.Key{Group: m.Group, Name: way[n]}
		}
	}
	switch {
	case best >= 0:
		return g.output(c, key.Group, key.Name), way[best:]
	case way[0] == "streamed" && by.Card.Stream != "":
		return g.output(c, "Result", streamed()[0]), way[1:]
	case strings.Contains(way[0], "/"):
		group, name := cutKey(way[0])
		return g.output(c, group, name), way[1:]
	}
	return nil, nil
}

// streams writes the flow that a card runs for each record.
func (g *graph) streams(c *xcard, o *value.Object, limit connector.Key, at string) {
	s := o.Object("stream")
	if s == nil {
		return
	}
	if s.Text("by") == "page" {
		g.w.fail(at, "an export has no words for a stream by page")
		return
	}
	do, _ := s.At("do").([]any)
	call := value.NewObject(0)
	if len(do) == 1 {
		call, _ = do[0].(*value.Object)
	}
	if call.Text("call") == "" {
		g.w.fail(at, "an export has one call in a stream, and no other cards; move them into a flow of their own")
		return
	}
	f := g.helper(c, call.Text("call"), at)
	f.group, f.key = streaming, "Flow"
	for name, v := range call.Object("with").All() {
		state, ok := v.(*value.Object)
		switch {
		case name == "State" && ok:
			for k, e := range state.All() {
				g.field(c, streaming, k, e, at)
			}
		case name != "Record":
			g.w.fail(at, "a stream of an export calls its flow with Record and State, and not with %s", name)
		}
	}
	if v, ok := s.Get("limit"); ok {
		if limit.Name == "" {
			limit = connector.Key{Group: streaming, Name: "Record Limit"}
		}
		g.field(c, limit.Group, limit.Name, v, at)
	}
}
