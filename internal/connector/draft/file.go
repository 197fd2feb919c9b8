package draft

import (
	"bytes"
	"fmt"
	"strings"

	"go.yaml.in/yaml/v3"

	"sallyport/internal/connector"
	"sallyport/internal/connector/document"
	"sallyport/internal/value"
)

// YAML returns the connector file that a draft stands for. Whether it compiles,
// [connector.ParseOwn] says.
func (d Draft) YAML(id string) (string, error) {
	o, err := d.Object(id)
	if err != nil {
		return "", err
	}
	var out bytes.Buffer
	enc := yaml.NewEncoder(&out)
	enc.SetIndent(2)
	if err := enc.Encode(node(o)); err != nil {
		return "", fmt.Errorf("write a connector: %w", err)
	}
	return out.String(), enc.Close()
}

// node makes YAML of a value, its keys in their order.
func node(v any) *yaml.Node {
	n := &yaml.Node{}
	switch v := v.(type) {
	case *value.Object:
		n.Kind = yaml.MappingNode
		for k, e := range v.All() {
			n.Content = append(n.Content, scalar(k), node(e))
		}
	case []any:
		n.Kind = yaml.SequenceNode
		for _, e := range v {
			n.Content = append(n.Content, node(e))
		}
	default:
		return scalar(v)
	}
	return n
}

func scalar(v any) *yaml.Node {
	n := &yaml.Node{}
	if err := n.Encode(v); err != nil {
		n.SetString(value.String(v))
	}
	return n
}

// Of returns the draft that a connector file stands for; false where the file
// says something that no draft does.
func Of(text string) (Draft, bool) {
	doc, err := document.Read("", []byte(text))
	if err != nil {
		return Draft{}, false
	}
	root := doc.Cursor()
	d := Draft{
		Title: root.Text("title"), Description: root.Text("description"), Docs: root.Text("docs"),
		BaseURL: root.At("settings").At("base_url").Text("default"), Headers: pairsOf(root.At("headers")),
	}
	for name := range root.At("secrets").Fields() {
		d.Secrets = append(d.Secrets, name)
	}
	for w := range root.At("auth").Items() {
		d.Auth = Way{
			connector.AuthKind(w.Text("kind")), w.Text("header"), w.Text("prefix"), w.Text("param"), w.Text("token_url"), w.Text("authorize_url"), w.Texts("scopes"),
		}
	}
	for t := range root.At("test").Items() {
		d.Test = t.Text("action")
	}
	for id, a := range root.At("actions").Fields() {
		d.Calls = append(d.Calls, callOf(id, a))
	}
	// What the draft would write must be what is there.
	again, err := d.Object(root.Text("connector"))
	if err != nil || !value.Equal(again, doc.Root) {
		return Draft{}, false
	}
	return d, true
}

func pairsOf(c document.Cursor) []Pair {
	var out []Pair
	for name, v := range c.Fields() {
		out = append(out, Pair{name, value.String(v.Value)})
	}
	return out
}

func callOf(id string, a document.Cursor) Call {
	r := a.At("request")
	c := Call{
		ID: id, Title: a.Text("title"), Description: a.Text("description"), Effect: connector.Effect(a.Text("effect")), Repeat: connector.Repeat(a.Text("repeat")),
		Method: r.Text("method"), Path: r.Text("path"), Query: pairsOf(r.At("query")), Headers: pairsOf(r.At("headers")),
	}
	for name, in := range a.At("inputs").Fields() {
		p := Param{Name: name, Title: in.Text("title"), Help: in.Text("help"), Type: kindOf(in.Text("type")), Required: in.Bool("required"), Secret: in.Bool("secret")}
		for e := range in.At("enum").Items() {
			p.Choices = append(p.Choices, value.String(e.Value))
		}
		c.Inputs = append(c.Inputs, p)
	}
	for name, out := range a.At("outputs").Fields() {
		c.Outputs = append(c.Outputs, Result{name, kindOf(out.Text("type")), out.Text("from")})
	}
	for _, encode := range []string{"json", "form", "text"} {
		body := r.At(encode)
		switch {
		case !body.Present():
		case encode == "text":
			c.Encode, c.Body = encode, r.Text(encode)
		default:
			c.Encode, c.Body = encode, indented(body.Value)
		}
	}
	return c
}

func kindOf(text string) value.Kind {
	if text == "" {
		return value.Text
	}
	return value.Kind(text)
}

// indented writes JSON for people.
func indented(v any) string {
	var out bytes.Buffer
	enc := jsonEncoder(&out)
	if err := enc.Encode(v); err != nil {
		return string(value.JSON(v))
	}
	return strings.TrimSuffix(out.String(), "\n")
}
