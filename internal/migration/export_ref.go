package migration

import (
	"strconv"
	"strings"

	"sallyport/internal/value"
)

const (
	commentAddress = "root:kernel:control:0.0.1:comment"
	expandAddress  = "root:kernel:object:0.0.1:expand"
	anyVersion     = "1.0.0"
)

func kernelAddress(method string) string {
	module, name, _ := strings.Cut(method, ":")
	return "root:kernel:" + module + ":0.0.1:" + name
}

func channelAddress(channel, method string) string {
	return "root:channels:http:" + channel + ":" + anyVersion + ":" + method
}

// reading is a reference taken apart: where it begins, and what the filters do.
type reading struct {
	path    value.Ref
	filters []step
}

type step struct{ name, arg string }

// parseRef reads what stands between braces.
func parseRef(s string) (reading, error) {
	var parts []string
	quoted, from := false, 0
	for i := 0; i < len(s); i++ {
		switch {
		case quoted && s[i] == '\\':
			i++
		case s[i] == '"':
			quoted = !quoted
		case !quoted && s[i] == '|':
			parts = append(parts, s[from:i])
			from = i + 1
		}
	}
	parts = append(parts, s[from:])
	path, err := value.ParseRef(parts[0])
	r := reading{path: path}
	for _, p := range parts[1:] {
		name, arg, _ := strings.Cut(strings.TrimSpace(p), " ")
		if arg = strings.TrimSpace(arg); arg != "" {
			if arg, err = strconv.Unquote(arg); err != nil {
				return r, err
			}
		}
		r.filters = append(r.filters, step{name, arg})
	}
	return r, err
}

// pieces cuts a text at its references: words and what is between braces, in turn.
func pieces(s string) (words, refs []string) {
	for {
		before, after, ok := strings.Cut(s, "{{")
		words = append(words, before)
		if !ok {
			return words, refs
		}
		quoted, end := false, -1
		for i := 0; i < len(after) && end < 0; i++ {
			switch {
			case quoted && after[i] == '\\':
				i++
			case after[i] == '"':
				quoted = !quoted
			case !quoted && strings.HasPrefix(after[i:], "}}"):
				end = i
			}
		}
		if end < 0 {
			return words, refs
		}
		refs = append(refs, strings.TrimSpace(after[:end]))
		s = after[end+2:]
	}
}

// fill gives an input what stands in a flow: a literal, or a wire from what is
// referred to. as is the type that the input has by itself.
func (g *graph) fill(f *xfield, v any, at string) {
	switch v := v.(type) {
	case string:
		words, refs := pieces(v)
		switch {
		case len(refs) == 0:
			g.literal(f, v)
		case len(refs) == 1 && words[0] == "" && words[1] == "":
			g.refer(f, refs[0], at)
		default:
			g.text(f, v, words, refs, at)
		}
	case *value.Object:
		if lit, ok := v.Get("literal"); ok && v.Len() == 1 {
			g.literal(f, lit)
			return
		}
		if plain, ok := g.plain(v); ok {
			g.literal(f, plain)
			return
		}
		g.made(f, "object:construct", "output", v.All(), at)
	case []any:
		if plain, ok := g.plain(v); ok {
			g.literal(f, plain)
			return
		}
		g.made(f, "list:construct", "list", func(yield func(string, any) bool) {
			for i, e := range v {
				if !yield("item "+strconv.Itoa(i+1), e) {
					return
				}
			}
		}, at)
	default:
		g.literal(f, v)
	}
}

// plain returns a list or object without references, or with none but to options,
// which become what stands for them in an export.
func (g *graph) plain(v any) (any, bool) {
	switch v := v.(type) {
	case string:
		words, refs := pieces(v)
		var out strings.Builder
		out.WriteString(words[0])
		for i, r := range refs {
			s, ok := g.option(r)
			if !ok {
				return nil, false
			}
			out.WriteString(value.String(s) + words[i+1])
		}
		return out.String(), true
	case []any:
		out := make([]any, len(v))
		for i, e := range v {
			sub, ok := g.plain(e)
			if !ok {
				return nil, false
			}
			out[i] = sub
		}
		return out, true
	case *value.Object:
		if lit, ok := v.Get("literal"); ok && v.Len() == 1 {
			return lit, true
		}
		out := value.NewObject(v.Len())
		for k, e := range v.All() {
			sub, ok := g.plain(e)
			if !ok {
				return nil, false
			}
			out.Set(k, sub)
		}
		return out, true
	}
	return v, true
}

// option is what an export has in place of an option: its default, or a mark that
// says that something is to be filled in.
func (g *graph) option(ref string) (any, bool) {
	r, err := parseRef(ref)
	if err != nil || len(r.path) != 2 || r.path[0] != "options" || len(r.filters) > 0 {
		return nil, false
	}
	option := g.w.src.Object("options").At(r.path[1])
	if o, ok := option.(*value.Object); ok && o.At("default") != nil {
		return o.At("default"), true
	}
	return "<secret: " + r.path[1] + ">", true
}

func (g *graph) literal(f *xfield, v any) {
	f.data = v
	name, list := typeOf(value.KindOf(v))
	if l, ok := v.([]any); ok && len(l) > 0 && value.KindOf(l[0]) == value.Text {
		name = "string"
	}
	if v != nil {
		f.kind.set(name, list)
	}
}

// made puts a card before that makes a value of others.
func (g *graph) made(f *xfield, method, output string, fields func(func(string, any) bool), at string) {
	c := g.before(f.card, kernelAddress(method), "Construct")
	for k, e := range fields {
		in := g.input(c, "", k)
		in.custom = true
		g.fill(in, e, at)
	}
	out := g.output(c, "", output)
	g.wire(out, f, "", false)
}

// before makes a card that runs just before another, which is the last.
func (g *graph) before(c *xcard, address, title string) *xcard {
	made := g.loose(address, title)
	for i, o := range g.orderings {
		if o[1] == c.uuid {
			g.orderings[i][1] = made.uuid
		}
	}
	g.order(made, c)
	return made
}

// text is a text with references in it: a literal where they are to options, and
// otherwise made by a Compose before.
func (g *graph) text(f *xfield, v string, words, refs []string, at string) {
	if s, ok := g.plain(v); ok {
		g.literal(f, s)
		return
	}
	c := g.before(f.card, kernelAddress("string:compose"), "Compose")
	g.composeCard(c, v, words, refs, at)
	g.wire(g.output(c, "", "output"), f, "", false)
}

// composeCard fills in a Compose: a placeholder for each reference.
func (g *graph) composeCard(c *xcard, v string, words, refs []string, at string) {
	text := g.input(c, "", "_text_")
	s := words[0]
	for i, r := range refs {
		if option, ok := g.option(r); ok {
			s += value.String(option) + words[i+1]
			continue
		}
		key := shortIDOf(c.uuid, strconv.Itoa(i))
		in := g.input(c, "", key)
		in.custom, in.textual = true, !strings.Contains(r, "| as ")
		g.refer(in, r, at)
		s += "{{{" + key + "}}}" + words[i+1]
	}
	if len(refs) == 0 {
		s = v
	}
	g.literal(text, s)
}

// refer wires what a reference leads to into an input.
func (g *graph) refer(f *xfield, ref, at string) {
	if v, ok := g.option(ref); ok {
		g.literal(f, v)
		return
	}
	r, err := parseRef(ref)
	if err != nil {
		g.w.fail(at, "%v", err)
		return
	}
	out, rest := g.resolve(r.path)
	if out == nil {
		g.w.fail(at, "an export has no words for {{ %s }}", ref)
		return
	}
	if len(rest) > 0 {
		out = g.part(out, rest, "", false)
	}
	p := xpin{from: out, to: f}
	for i := 0; i < len(r.filters); {
		n := g.filter(&p, r.filters[i:])
		if n == 0 {
			g.w.fail(at, "an export has no words for the filter %s", r.filters[i].name)
			return
		}
		i += n
	}
	g.wire(p.from, f, p.convert, p.wrap)
	if p.from.card.hidden {
		g.order(p.from.card, f.card)
	}
}

// filter puts the first of some filters into a wire, and returns how many it took:
// none where an export has no such filter there.
func (g *graph) filter(p *xpin, filters []step) int {
	s := filters[0]
	switch {
	case s.name == "get" && s.arg != "":
		var path []string
		for len(path) < len(filters) && filters[len(path)].name == "get" {
			path = append(path, filters[len(path)].arg)
		}
		p.from, p.convert, p.wrap = g.part(p.from, path, p.convert, p.wrap), "", false
		return len(path)
	case s.name == "as" && len(filters) == 1:
		name, list := typeOf(value.Kind(s.arg))
		p.to.kind.set(name, list)
	case s.name == "list" && p.convert != "" && p.convert != "list":
		p.wrap = true
	case !known(s.name):
		return 0
	case p.convert == "":
		p.convert = s.name
	default:
		p.from, p.convert, p.wrap = g.through(p.from, p.convert, p.wrap), s.name, false
	}
	return 1
}

// known reports whether a filter is a conversion of an export.
func known(filter string) bool {
	return conversionOf(&xpin{convert: filter, from: &xfield{kind: &xtype{}}}) != ""
}

// through is an output behind a conversion, where another one follows: by way of
// an Assign.
func (g *graph) through(out *xfield, convert string, wrap bool) *xfield {
	c := g.loose(kernelAddress("control:let"), "Assign")
	in, made := g.input(c, "", "value"), g.output(c, "", "value")
	in.custom, made.custom = true, true
	g.wire(out, in, convert, wrap)
	g.order(out.card, c)
	return made
}

// part is a part of an output, which a hidden card takes out of it.
func (g *graph) part(out *xfield, path []string, convert string, wrap bool) *xfield {
	mark := out.id + "\x00" + convert + strconv.FormatBool(wrap) + strings.Join(path, "\x00")
	if f := g.taken[mark]; f != nil {
		return f
	}
	c := g.loose(expandAddress, shortIDOf(mark))
	c.hidden = true
	in := g.input(c, "", "object")
	in.kind.set("object", false)
	if convert == "" {
		out.kind.set("object", false)
	}
	g.wire(out, in, convert, wrap)
	g.order(out.card, c)
	segments := make([]any, len(path))
	for i, s := range path {
		segments[i] = s
	}
	group := shortIDOf(mark, "group")
	key := g.output(c, group, "key")
	key.data = segments
	key.kind.set("string", true)
	val := g.output(c, group, "value")
	val.path = segments
	g.taken[mark] = val
	return val
}

// resolve returns the output that a reference begins with, and the rest of the
// way. What is outside of the graph comes in through the card that holds it.
func (g *graph) resolve(path []string) (*xfield, []string) {
	name := path[0]
	if find, ok := g.names[name]; ok {
		return find(path)
	}
	if g.outer == nil {
		return nil, nil
	}
	out, rest := g.outer.resolve(path)
	if out == nil {
		return nil, nil
	}
	if f := g.taken["outside\x00"+out.id]; f != nil {
		return f, rest
	}
	key := shortIDOf(out.id, g.holder.uuid)
	var in *xfield
	for _, f := range g.holder.in {
		if f.group == "context" && f.key == key {
			in = f
		}
	}
	if in == nil {
		in = g.outer.input(g.holder, "context", key)
		in.hidden, in.index = true, 0
		g.outer.wire(out, in, "", false)
		if out.card.hidden {
			g.outer.order(out.card, g.holder)
		}
	}
	f := g.output(g.root, "context", key)
	f.kind.join(in.kind)
	g.taken["outside\x00"+out.id] = f
	return f, rest
}
