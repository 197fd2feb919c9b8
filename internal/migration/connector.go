package migration

import (
	"regexp"
	"slices"
	"strings"

	"sallyport/internal/connector"
	"sallyport/internal/flopack"
	"sallyport/internal/value"
)

type eventCard = connector.EventCard

func (t *translator) event(channel, method string) (eventCard, bool) {
	if t.cat.Connectors == nil {
		return eventCard{}, false
	}
	return t.cat.Connectors.Event(channel, method)
}

// servings are the actions that serve a card: by its full name, or by that which
// it would have if nobody had made the connector himself.
func (t *translator) servings(channel, method string) []connector.Serving {
	if t.cat.Connectors == nil {
		return nil
	}
	plain, short := plainAddress(channel, method)
	for _, address := range [][2]string{{channel, method}, {plain, method}, {plain, short}} {
		if all := t.cat.Connectors.Cards(address[0], address[1]); len(all) > 0 {
			return all
		}
	}
	return nil
}

// connectorOf is the connector that connections of a channel are for: ours whose
// actions serve its cards, or one by the name of the channel.
func (t *translator) connectorOf(channel string) string {
	plain, _ := plainAddress(channel, "")
	if t.cat.Connectors == nil {
		return plain
	}
	for _, c := range t.cat.Connectors.All() {
		if c.ID == plain {
			return plain
		}
	}
	for _, c := range t.cat.Connectors.All() {
		for _, id := range c.ActionIDs() {
			for _, card := range c.Actions[id].Cards {
				if card.Channel == channel || card.Channel == plain {
					return c.ID
				}
			}
		}
	}
	return plain
}

// keyOf is the name of a card's field without what Connector Builder adds.
func keyOf(c *flopack.Card, f *flopack.Field) connector.Key {
	key := f.Key
	if c.Module != "okta" && f.Group != "Profile" && !f.Custom {
		key = keySuffix.ReplaceAllString(key, "")
	}
	return connector.Key{Group: f.Group, Name: key}
}

// keysOf are the names that a mapping may have for a card's field.
func keysOf(c *flopack.Card, f *flopack.Field) []connector.Key {
	return []connector.Key{{Group: f.Group, Name: f.Key}, keyOf(c, f), {Group: f.Group, Name: f.Title}}
}

// mapped returns where a field leads, and by which of its names; a name of its own
// goes before the rest of its group.
func mapped(maps []connector.KeyMap, c *flopack.Card, f *flopack.Field) (by int, path []string, ok bool) {
	keys := keysOf(c, f)
	for i, m := range maps {
		if m.Name != "*" && slices.Contains(keys, m.Key) {
			return i, m.Path, true
		}
	}
	for i, m := range maps {
		if m.Name == "*" && m.Group == f.Group {
			return i, append(slices.Clone(m.Path), keyOf(c, f).Name), true
		}
	}
	return 0, nil, false
}

// slot is the flow's slot for a connection of the export.
func (u *unit) slot(connectorID string, c *flopack.Card) string {
	for _, s := range u.out.Slots {
		if s.Connector == connectorID && s.Export == c.Config {
			return s.Name
		}
	}
	name := u.slots.give(connectorID, "connection")
	u.out.Slots = append(u.out.Slots, Slot{Name: name, Connector: connectorID, Export: c.Config})
	return name
}

func (u *unit) slotsSource() *value.Object {
	o := value.NewObject(len(u.out.Slots))
	for _, s := range u.out.Slots {
		title := ""
		if c := u.t.d.Config(s.Export); c != nil {
			title = strings.TrimSpace(c.Name)
		}
		if title == "" {
			o.Set(s.Name, s.Connector)
			continue
		}
		o.Set(s.Name, value.Map("connector", s.Connector, "title", title))
	}
	return o
}

// noChoice is the literal of an option that leaves the choice to another input.
var noChoice = regexp.MustCompile(`^-- .* --$`)

// option returns the literal that a card has for a key.
func option(c *flopack.Card) func(connector.Key) string {
	return func(k connector.Key) string {
		for _, in := range c.Inputs {
			if slices.Contains(keysOf(c, in), k) {
				return value.String(in.Data)
			}
		}
		return ""
	}
}

// connectorCard translates a card of a connector: to an action of ours that
// serves it, or to one that we would need.
func (f *frame) connectorCard(c *flopack.Card, at string) *value.Object {
	for _, s := range f.u.t.servings(c.Module, c.Method) {
		if s.Card.Fits(option(c)) {
			return f.served(c, s, at)
		}
	}
	o := f.begin(c, at, "")
	channel, method := plainAddress(c.Module, c.Method)
	f.u.missing(c, "an action that does what %s:%s does", channel, method)
	o.Set("use", f.u.slot(slug(channel), c)+"."+method)
	with := value.NewObject(len(c.Inputs))
	for _, in := range c.Inputs {
		e := f.value(c, in)
		if id, ok := in.Data.(string); ok && in.Type == "flo" && !streams(c, in) {
			e = literal(f.u.t.slugs[id]) // a flow is named, and not called
		} else if in.Type == "flo" || in.Group == "context" || in.Group == streaming {
			continue
		}
		if !e.empty() {
			with.Set(inputName(c, in, with), e.source())
		}
	}
	if with.Len() > 0 {
		o.Set("with", with)
	}
	f.stream(c, o, connector.Key{})
	f.outputs(c, func(out *flopack.Field) []string {
		if slices.Contains(streamed(), out.Key) {
			return []string{"streamed"}
		}
		return []string{keyText(keyOf(c, out))}
	})
	return o
}

// inputName is the name of an input that we have no action for.
func inputName(c *flopack.Card, in *flopack.Field, with *value.Object) string {
	if name := keyText(keyOf(c, in)); !has(with, name) {
		return name
	}
	return grouped(in)
}

func keyText(k connector.Key) string { return grouped(&flopack.Field{Group: k.Group, Key: k.Name}) }

// served translates a card to an action of ours.
func (f *frame) served(c *flopack.Card, s connector.Serving, at string) *value.Object {
	o := f.begin(c, at, "")
	o.Set("use", f.u.slot(s.Connector.ID, c)+"."+s.Action.ID)
	with, used := value.NewObject(len(c.Inputs)), map[*flopack.Field]bool{}
	for i := range s.Card.Inputs {
		for _, in := range c.Inputs {
			if by, path, ok := mapped(s.Card.Inputs, c, in); ok && by == i && in.Type != "flo" {
				used[in] = true
				f.give(c, in, s.Action, path, with)
			}
		}
	}
	for name, v := range s.Card.Fixed.All() {
		if !has(with, name) {
			with.Set(name, literal(v).source())
		}
	}
	if with.Len() > 0 {
		o.Set("with", with)
	}
	f.unplaced(c, s, used)
	if s.Card.Stream != "" {
		f.stream(c, o, s.Card.Limit)
	}
	f.made[c] = func(out *flopack.Field) expr { return f.found(c, s, at, out) }
	return o
}

// give puts a card's input where the action takes it; of several that go to one
// place, the first that has a value counts.
func (f *frame) give(c *flopack.Card, in *flopack.Field, a *connector.Action, path []string, with *value.Object) {
	e := f.value(c, in)
	if s, ok := e.lit.(string); e.empty() || ok && e.plain() && noChoice.MatchString(s) {
		return
	}
	if in.Option {
		f.u.value(keyText(keyOf(c, in)), ValueOption, value.String(e.lit))
	}
	if port := a.InputNamed(path[0]); port != nil && len(path) == 1 && e.plain() {
		e = literal(port.Literal(e.lit))
	} else if len(path) > 1 {
		e = e.as(kindOf(in))
	}
	o := with
	for _, name := range path[:len(path)-1] {
		sub := o.Object(name)
		if sub == nil {
			sub = value.NewObject(4)
			o.Set(name, sub)
		}
		o = sub
	}
	if last := path[len(path)-1]; !has(o, last) {
		o.Set(last, e.source())
	}
}

// unplaced tells of what a card has and our action does not take.
func (f *frame) unplaced(c *flopack.Card, s connector.Serving, used map[*flopack.Field]bool) {
	for _, in := range c.Inputs {
		key := keyText(keyOf(c, in))
		chosen := slices.ContainsFunc(keysOf(c, in), func(k connector.Key) bool { return s.Card.When[keyText(k)] != nil })
		if used[in] || chosen || in.Type == "flo" || in.Group == "context" || in.Group == streaming || slices.Contains(keysOf(c, in), s.Card.Limit) {
			continue
		}
		e := f.value(c, in)
		switch {
		case e.empty():
		case in.Option:
			f.u.value(key, ValueUnused, value.String(e.lit))
		default:
			f.u.missing(c, "an input of %s.%s for %q", s.Connector.ID, s.Action.ID, key)
		}
	}
}

// found is where an output of a card is found in what our action gives.
func (f *frame) found(c *flopack.Card, s connector.Serving, at string, out *flopack.Field) expr {
	_, path, ok := mapped(s.Card.Outputs, c, out)
	switch {
	case ok:
	case s.Card.Stream != "" && slices.Contains(streamed(), out.Key):
		path = []string{"streamed"}
	default:
		path = []string{keyText(keyOf(c, out))}
		if mark := at + "\x00" + path[0]; !f.u.found[mark] {
			f.u.found[mark] = true
			now := f.u.at
			f.u.at = at
			f.u.missing(c, "an output of %s.%s for %q", s.Connector.ID, s.Action.ID, path[0])
			f.u.at = now
		}
	}
	e := ref(append([]string{f.ids[c]}, path...)...)
	if k := kindOf(out); k != value.Obj && k != value.List {
		e.kind = k
	}
	return e
}

// streaming is the group of what a card hands on to the flow that it runs for
// each record.
const streaming = "Streaming"

// streamed are the outputs that say how many records there were.
func streamed() []string { return []string{"Records Streamed", "records_streamed"} }

// streams reports whether an input is the flow that a card runs for each record.
func streams(c *flopack.Card, in *flopack.Field) bool {
	return in.Type == "flo" && (in.Group == streaming || !c.Kernel && strings.HasPrefix(in.Key, "processing_flow"))
}

// stream is the flow that a card runs for each record, where it has one.
func (f *frame) stream(c *flopack.Card, o *value.Object, limitKey connector.Key) {
	flow, limit := "", literal(nil)
	state := value.NewObject(0)
	for _, in := range c.Inputs {
		switch e := f.value(c, in); {
		case streams(c, in):
			flow, _ = in.Data.(string)
		case limitsStream(c, in, limitKey):
			limit = e
		case in.Group == streaming && !e.null():
			state.Set(in.Key, e.source())
		}
	}
	if flow == "" {
		return
	}
	call := value.Map("call", f.u.t.slugs[flow])
	if helper := f.u.t.d.Flow(flow); helper != nil && helper.Graph.Root() != nil {
		if with := forRecord(helper, state); with.Len() > 0 {
			call.Set("with", with)
		}
	}
	s := value.Map("as", "record", "do", []any{call})
	if n, ok := value.Numeric(limit.lit); !limit.empty() && (!ok || n != 0) {
		s.Set("limit", limit.source())
	}
	o.Set("stream", s)
}

// forRecord is what a flow is called with for a record, as far as it takes it.
func forRecord(helper *flopack.Flow, state *value.Object) *value.Object {
	with := value.NewObject(2)
	for _, out := range helper.Graph.Root().Outputs {
		switch {
		case out.Group != "":
		case out.Key == "Record":
			with.Set("Record", ref("record").source())
		case out.Key == "State" && state.Len() > 0:
			with.Set("State", state)
		}
	}
	return with
}

// limitsStream reports whether an input says for how many records a flow runs.
func limitsStream(c *flopack.Card, in *flopack.Field, key connector.Key) bool {
	if key.Name != "" && slices.Contains(keysOf(c, in), key) {
		return true
	}
	return in.Key == "Record Limit" && (in.Group == streaming || key.Name == "")
}

// targets is the condition that bounds an event trigger to those about what the
// options of its card name.
func (u *unit) targets(c *flopack.Card, e eventCard) string {
	var terms []string
	text := option(c)
	for _, t := range e.Targets {
		for _, k := range t.Keys {
			id := text(k)
			if id == "" || noChoice.MatchString(id) {
				continue
			}
			u.value(keyText(k), ValueOption, id)
			terms = append(terms, sprintf("event.target.exists(t, t.type == %q && t.id == %q)", t.Type, id))
			break
		}
	}
	return strings.Join(terms, " && ")
}
