package draft

import (
	"fmt"
	"net/url"
	"regexp"
	"strings"

	"sallyport/internal/connector"
	"sallyport/internal/value"
)

// placeholder is what documentation writes where something is to be filled in:
// {id}, {{id}}, <id>, :id as a segment, $ID, ${ID}.
var (
	placeholder = regexp.MustCompile(`\{\{\s*([\w .-]+?)\s*\}\}|\{([\w.-]+)\}|<([\w .-]+)>|\$\{(\w+)\}|\$([A-Z_][A-Z0-9_]*)`)
	colonName   = regexp.MustCompile(`^:([A-Za-z_]\w*)$`)
)

// placeholders puts inputs in the place of what is to be filled in.
func (t *taker) placeholders(text string) string {
	var out strings.Builder
	from := 0
	for _, m := range placeholder.FindAllStringSubmatchIndex(text, -1) {
		for i := 2; i < len(m); i += 2 {
			if m[i] >= 0 {
				out.WriteString(plainText(text[from:m[0]]))
				out.WriteString(t.Call.add(Param{Name: text[m[i]:m[i+1]], Type: value.Text, Required: true}))
				from = m[1]
			}
		}
	}
	out.WriteString(plainText(text[from:]))
	return out.String()
}

// plainText is a text that is no template.
func plainText(s string) string { return strings.ReplaceAll(s, "{{", "{ {") }

// path takes the path: what names one thing among many becomes an input.
func (t *taker) path(path string) {
	var out []string
	before := ""
	for i, segment := range strings.Split(path, "/") {
		if i == 0 {
			continue
		}
		plain, err := url.PathUnescape(segment)
		if err != nil {
			plain = segment
		}
		m := colonName.FindStringSubmatch(plain)
		switch {
		case m != nil:
			out = append(out, t.Call.add(Param{Name: m[1], Type: value.Text, Required: true}))
		case placeholder.MatchString(plain):
			out = append(out, t.placeholders(plain))
		case plain != "" && idlike(plain):
			name := "id"
			if before != "" {
				name = singular(nameOf(before)) + "_id"
			}
			out = append(out, t.Call.add(Param{Name: name, Type: value.Text, Required: true}))
		default:
			out = append(out, plainText(segment))
			before = plain
		}
	}
	t.Call.Path = "/" + strings.Join(out, "/")
}

// query takes the parameters: each becomes an input.
func (t *taker) query(query string) {
	seen := map[string]bool{}
	for pair := range strings.SplitSeq(query, "&") {
		name, text, _ := strings.Cut(pair, "=")
		name, text = unescaped(name), unescaped(text)
		if name == "" || seen[name] {
			continue
		}
		seen[name] = true
		if secretive(name) {
			if t.signIn(Way{Kind: connector.APIKeyQuery, Param: name}) {
				t.keep("api_key", text)
				continue
			}
			t.Call.Query = append(t.Call.Query, Pair{name, t.another(name, text)})
			continue
		}
		t.Call.Query = append(t.Call.Query, Pair{plainText(name), t.Call.add(Param{Name: name, Type: value.Text})})
	}
}

func unescaped(s string) string {
	if plain, err := url.QueryUnescape(s); err == nil {
		return plain
	}
	return s
}

// body takes the body: JSON and forms by their fields, all else as one text.
func (t *taker) body(text, media string) {
	v, err := value.ParseJSON([]byte(text))
	_, isObject := v.(*value.Object)
	_, isList := v.([]any)
	switch {
	case err == nil && (isObject || isList) && (media == "" || strings.Contains(media, "json") || media == "application/x-www-form-urlencoded" && isObject):
		t.Call.Encode, t.Call.Body = "json", indented(t.fields("body", v, 0))
		t.headerFor(media, "application/json")
	case strings.Contains(media, "json"):
		t.Call.Encode, t.Call.Body = "json", `"`+t.Call.add(Param{Name: "body", Type: value.Any, Required: true})+`"`
		t.Notes = append(t.Notes, "The body is no JSON as it stands: all of it is one input.")
	case media == "" || media == "application/x-www-form-urlencoded":
		t.form(text)
	default:
		t.Call.Encode, t.Call.Body = "text", t.Call.add(Param{Name: "body", Type: value.Text, Required: true})
		t.Call.Headers = distinct(append(t.Call.Headers, Pair{"Content-Type", media}))
	}
}

// headerFor keeps a media type that is another than the encoding's own.
func (t *taker) headerFor(media, own string) {
	if media != "" && media != own && media != "application/x-www-form-urlencoded" {
		t.Call.Headers = distinct(append(t.Call.Headers, Pair{"Content-Type", media}))
	}
}

func (t *taker) form(text string) {
	o := value.NewObject(4)
	for pair := range strings.SplitSeq(text, "&") {
		name, val, ok := strings.Cut(pair, "=")
		if name = unescaped(name); name == "" || !ok {
			continue
		}
		o.Set(name, unescaped(val))
	}
	if o.Len() == 0 {
		t.Call.Encode, t.Call.Body = "text", t.Call.add(Param{Name: "body", Type: value.Text, Required: true})
		return
	}
	t.Call.Encode, t.Call.Body = "form", indented(t.fields("body", o, 0))
}

// The limits of what becomes an input of its own.
const (
	maxNesting = 3
	maxInputs  = 40
)

// fields puts inputs in the place of the values of a body. What is nested deep,
// and a list, is one input.
func (t *taker) fields(name string, v any, depth int) any {
	if o, ok := v.(*value.Object); ok && depth < maxNesting && o.Len() > 0 {
		out := value.NewObject(o.Len())
		for k, e := range o.All() {
			if len(t.Call.Inputs) >= maxInputs {
				break
			}
			out.Set(plainText(k), t.fields(k, e, depth+1))
		}
		return out
	}
	p := Param{Name: name, Type: kindOfValue(v), Secret: secretive(name)}
	if p.Secret {
		t.Notes = append(t.Notes, fmt.Sprintf("The value of %s was left out: whoever uses the action gives it, and it is masked.", name))
	}
	return t.Call.add(p)
}

func kindOfValue(v any) value.Kind {
	switch v.(type) {
	case float64:
		return value.Number
	case bool:
		return value.Boolean
	case []any:
		return value.List
	case *value.Object:
		return value.Obj
	case nil:
		return value.Any
	}
	return value.Text
}

// name gives the call a name of its method and path.
func (t *taker) name() {
	t.Call.ID, t.Call.Title = callName(t.Call.Method, t.Call.Path)
	t.Call.Outputs = []Result{{"status_code", value.Number, "status"}, {"body", value.Any, "body"}}
}

var verbs = map[string]string{"GET": "get", "POST": "create", "PUT": "replace", "PATCH": "update", "DELETE": "delete", "HEAD": "look_for", "OPTIONS": "options_of"}

// callName makes an ID and a title: DELETE /users/{id} is delete_user.
func callName(method, path string) (id, title string) {
	var parts []string
	one := false
	for segment := range strings.SplitSeq(strings.Trim(path, "/"), "/") {
		switch {
		case strings.Contains(segment, "{{"):
			one = true
			if n := len(parts); n > 0 {
				parts[n-1] = singular(parts[n-1])
			}
			continue
		case segment == "" || segment == "api" || len(segment) <= 3 && segment[0] == 'v':
			continue
		}
		one = false
		parts = append(parts, nameOf(strings.TrimSuffix(segment, ".json")))
	}
	verb, ok := verbs[method]
	if !ok {
		verb = nameOf(method)
	}
	if n := len(parts); n > 0 && !one && method == "POST" {
		parts[n-1] = singular(parts[n-1])
	}
	if verb == "get" && !one {
		verb = "list"
	}
	if n := len(parts); n > 2 {
		parts = parts[n-2:]
	}
	if len(parts) == 0 {
		parts = []string{"root"}
	}
	id = nameOf(verb + "_" + strings.Join(parts, "_"))
	title = strings.ReplaceAll(id, "_", " ")
	return id, strings.ToUpper(title[:1]) + title[1:]
}
