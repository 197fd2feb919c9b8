package flow

import (
	"slices"
	"strings"

	"sallyport/internal/value"
)

// always are the outputs that an effect may have beside its own: when it failed,
// was refused, or was only shown.
func always() []string { return []string{"error", "refused", "reason", "would_send"} }

// references checks what follows the name of a card, and of a connection, in a
// reference.
func (k *checker) references(d *Definition) {
	k.ids = map[string]*Card{}
	Walk(d.Cards, func(c *Card) { k.ids[c.ID] = c })
	Walk(d.Cards, k.templates)
	k.ofInputs(d.Result, "result")
}

func (k *checker) ofInputs(ins []Input, path string) {
	for _, in := range ins {
		k.template(in.Value, in.At, join(path, in.Name))
	}
}

func (k *checker) templates(c *Card) {
	k.ofInputs(c.Inputs, join(c.path, "with"))
	k.ofInputs(c.Details, join(c.path, "details"))
	k.ofInputs(c.OnError.Return, join(c.path, "on_error.return"))
	for _, t := range c.templates() {
		k.template(t, c.At, c.path)
	}
	k.condition(c.If)
	for _, one := range c.Cases {
		k.condition(one.If)
	}
	for _, j := range c.Join {
		k.template(j.Then, c.At, join(c.path, "out."+j.Name+".then"))
		k.template(j.Else, c.At, join(c.path, "out."+j.Name+".else"))
	}
}

func (k *checker) condition(c *Condition) {
	if c != nil {
		k.template(c.A, c.at, c.path)
		k.template(c.B, c.at, c.path)
	}
}

func (k *checker) template(t value.Template, at Position, path string) {
	for _, ref := range t.Refs() {
		switch {
		case ref[0] == nameConnections && len(ref) > 2:
			k.setting(ref, at, path)
		case k.ids[ref[0]] != nil && len(ref) > 1:
			outs, known := k.outputs(k.ids[ref[0]])
			if known && !slices.Contains(outs, ref[1]) && !slices.Contains(always(), ref[1]) {
				k.r.bad(at, path, "the card %q has no output %q; it has: %s", ref[0], ref[1], strings.Join(outs, ", "))
			}
		}
	}
}

// setting checks connections.slot.setting: one of the slot's connectors has it.
func (k *checker) setting(ref value.Ref, at Position, path string) {
	i := slices.IndexFunc(k.d.Connections, func(s Slot) bool { return s.Name == ref[1] })
	if i < 0 {
		return // told where scopes are checked
	}
	var names []string
	for _, id := range k.d.Connections[i].Connectors {
		con, ok := k.c.connectors.Get(id)
		if !ok {
			return
		}
		for _, p := range con.Settings {
			names = append(names, p.Name)
		}
	}
	if !slices.Contains(names, ref[2]) {
		k.r.bad(at, path, "a connection of %q has no setting %q that flows see; it has: %s", ref[1], ref[2], strings.Join(names, ", "))
	}
}

// outputs returns the names of a card's outputs, and whether they are known.
func (k *checker) outputs(c *Card) ([]string, bool) {
	switch c.Kind {
	case CardFunction:
		f, ok := k.c.functions[c.Use]
		out := make([]string, len(f.Out))
		for i, p := range f.Out {
			out[i] = p.Name
		}
		return out, ok
	case CardAction:
		return k.actionOutputs(c)
	case CardRemedy:
		return planOutputs(), true
	case CardTable:
		switch TableOp(c.Use) {
		case CreateRow:
			return []string{"row_id"}, true
		case SearchRows:
			return []string{"rows", "count", "total", "first"}, true
		case ExportCSV:
			return []string{"file", "count"}, true
		case Columns:
			return []string{"columns"}, true
		default:
			return nil, false
		}
	case CardCall:
		h, ok := k.helpers[c.Flow]
		if !ok || h.Loose {
			return nil, false
		}
		return returns(h.Cards, names(h.Result)), true
	case CardBranch, CardTry:
		if k.d.Loose { // what no block of it returns is null
			return nil, false
		}
	default:
	}
	return c.gives()
}

// gives returns the names of the outputs of a card that has others within, and
// whether they are known.
func (c *Card) gives() ([]string, bool) {
	switch c.Kind {
	case CardIf:
		out := []string{"branch", "holds"}
		for _, j := range c.Join {
			out = append(out, j.Name)
		}
		return out, true
	case CardBranch:
		return returned([]string{"branch"}, append([][]*Card{c.Else}, bodiesOf(c.Cases)...)...)
	case CardTry:
		return returned([]string{"failed"}, c.Then, c.Catch)
	case CardEach, CardRepeat:
		return []string{"count", "failures"}, true
	case CardMap, CardFilter:
		return []string{"list", "failures"}, true
	case CardReduce:
		return []string{"item", "failures"}, true
	default:
		return nil, false
	}
}

func bodiesOf(cases []Case) [][]*Card {
	var out [][]*Card
	for _, c := range cases {
		out = append(out, c.Do)
	}
	return out
}

// returned are the outputs of a card whose blocks give them. They are not known
// where a block is one card, whose outputs are the block's.
func returned(own []string, blocks ...[]*Card) ([]string, bool) {
	for _, b := range blocks {
		if len(b) == 1 && b[0].Kind != CardReturn {
			return nil, false
		}
		own = returns(b, own)
	}
	return own, true
}

func names(ins []Input) []string {
	var out []string
	for _, in := range ins {
		out = append(out, in.Name)
	}
	return out
}

// actionOutputs are those that an action has with every connector of its slot.
func (k *checker) actionOutputs(c *Card) ([]string, bool) {
	i := slices.IndexFunc(k.d.Connections, func(s Slot) bool { return s.Name == c.Slot })
	var common []string
	for n, id := range k.d.Connections[i].Connectors {
		a, ok := k.c.Action(id, c.Use)
		if !ok {
			return nil, false
		}
		var out []string
		if c.Loop != nil {
			out = []string{"streamed", "failures"}
		}
		for _, p := range a.Outputs {
			if n == 0 || slices.Contains(common, p.Name) {
				out = append(out, p.Name)
			}
		}
		common = out
	}
	return common, true
}

// returns adds the names that the return cards of a block give: those in it, and
// those in the sides of its ifs.
func returns(cards []*Card, names []string) []string {
	for _, c := range cards {
		if c.Kind == CardReturn {
			for _, in := range c.Inputs {
				if !slices.Contains(names, in.Name) {
					names = append(names, in.Name)
				}
			}
		}
		if c.Kind == CardIf {
			names = returns(c.Else, returns(c.Then, names))
		}
	}
	return names
}
