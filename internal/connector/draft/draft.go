// Package draft makes connector files of what people fill in: a form, a curl
// command, operations of an OpenAPI document. A draft is the part of the format
// that a form can show; a file says more than that, and is not always a draft.
package draft

import (
	"cmp"
	"slices"
	"strings"

	"sallyport/internal/connector"
	"sallyport/internal/errs"
	"sallyport/internal/value"
)

// Draft is a connector in the making. Its texts are written as in a connector
// file: {{ inputs.name }} in a path, a parameter or a body is an input of the
// call.
type Draft struct {
	Title       string   `json:"title" max:"100"`
	Description string   `json:"description,omitempty" max:"500"`
	Docs        string   `json:"docs,omitempty" max:"500" doc:"address of the maker's documentation"`
	BaseURL     string   `json:"baseUrl" max:"500" doc:"that paths are joined to; a connection may say another"`
	Auth        Way      `json:"auth"`
	Headers     []Pair   `json:"headers,omitempty" doc:"of every request"`
	Secrets     []string `json:"secrets,omitempty" doc:"further secrets of its connections: {{ secrets.name }} in a header or a parameter"`
	Test        string   `json:"test,omitempty" doc:"the call that a connection is tested by: one that only reads and wants no inputs"`
	Calls       []Call   `json:"calls"`
}

// Way is how its connections sign in.
type Way struct {
	Kind         connector.AuthKind `json:"kind"`
	Header       string             `json:"header,omitempty" doc:"of api_key"`
	Prefix       string             `json:"prefix,omitempty" doc:"of api_key: what stands before the key, blanks too"`
	Param        string             `json:"param,omitempty" doc:"of api_key_query"`
	TokenURL     string             `json:"tokenUrl,omitempty" doc:"of OAuth"`
	AuthorizeURL string             `json:"authorizeUrl,omitempty" doc:"of oauth2_authorization_code"`
	Scopes       []string           `json:"scopes,omitempty"`
}

// Ways lists the kinds that a draft may sign in by.
func Ways() []connector.AuthKind {
	return []connector.AuthKind{
		connector.None, connector.APIKey, connector.APIKeyQuery, connector.Bearer, connector.Basic, connector.ClientCredentials, connector.AuthorizationCode,
	}
}

// Call is an action: one request.
type Call struct {
	ID          string           `json:"id" max:"60"`
	Title       string           `json:"title,omitempty" max:"100"`
	Description string           `json:"description,omitempty" max:"500"`
	Effect      connector.Effect `json:"effect"`
	Repeat      connector.Repeat `json:"repeat" doc:"safe or never"`
	Method      string           `json:"method" max:"10"`
	Path        string           `json:"path" max:"1000"`
	Inputs      []Param          `json:"inputs,omitempty"`
	Query       []Pair           `json:"query,omitempty"`
	Headers     []Pair           `json:"headers,omitempty"`
	Encode      string           `json:"encode,omitempty" doc:"json, form or text: how the body goes; none where nothing is said"`
	Body        string           `json:"body,omitempty" max:"20000" doc:"JSON where it goes as JSON or as a form"`
	Outputs     []Result         `json:"outputs,omitempty"`
}

// Param is an input of a call.
type Param struct {
	Name     string     `json:"name" max:"60"`
	Title    string     `json:"title,omitempty" max:"100"`
	Help     string     `json:"help,omitempty" max:"1000"`
	Type     value.Kind `json:"type,omitempty"`
	Required bool       `json:"required,omitempty"`
	Secret   bool       `json:"secret,omitempty" doc:"masked in previews, and not kept with a run"`
	Choices  []string   `json:"choices,omitempty"`
}

// Result is an output of a call.
type Result struct {
	Name string     `json:"name" max:"60"`
	Type value.Kind `json:"type,omitempty"`
	From string     `json:"from" max:"1000" doc:"an expression over body, status and header"`
}

// Pair is a parameter or a header.
type Pair struct {
	Name  string `json:"name" max:"200"`
	Value string `json:"value" max:"2000"`
}

// The settings and templates that every draft has.
const (
	baseSetting  = "{{ settings.base_url }}"
	normalizeURL = `value.trim().regexReplace("/+$", "")`
	wrongURL     = `!value.matches("^https?://[^/?#@]+(/[^?#]*)?$")`
	sayURL       = `"it is no URL. Write it as https://host/path."`
)

// Object returns the connector file's content.
func (d Draft) Object(id string) (*value.Object, error) {
	base := value.Map("title", "Address")
	if d.BaseURL != "" {
		base.Set("default", d.BaseURL)
	}
	base.Set("required", true)
	base.Set("normalize", normalizeURL)
	base.Set("checks", []any{value.Map("when", wrongURL, "message", sayURL)})

	o := value.Map("connector", id, "title", strings.TrimSpace(d.Title))
	put(o, "description", d.Description)
	o.Set("category", "generic")
	put(o, "docs", d.Docs)
	o.Set("settings", value.Map("base_url", base))
	if len(d.Secrets) > 0 {
		secrets := value.NewObject(len(d.Secrets))
		for _, name := range d.Secrets {
			secrets.Set(name, value.Map("required", true))
		}
		o.Set("secrets", secrets)
	}
	way, err := d.Auth.object()
	if err != nil {
		return nil, err
	}
	o.Set("auth", []any{way})
	o.Set("base_url", baseSetting)
	if err := pairs(o, "headers", d.Headers); err != nil {
		return nil, err
	}
	if d.Test != "" {
		o.Set("test", []any{value.Map("action", d.Test)})
	}
	calls := value.NewObject(len(d.Calls))
	for _, c := range d.Calls {
		if _, twice := calls.Get(c.ID); twice || c.ID == "" {
			return nil, errs.New(errs.Invalid, "actions: two have the name %q, or one has none", c.ID)
		}
		action, err := c.object()
		if err != nil {
			return nil, errs.New(errs.Invalid, "%s: %s", c.ID, errs.Message(err))
		}
		calls.Set(c.ID, action)
	}
	o.Set("actions", calls)
	return o, nil
}

func put(o *value.Object, key, text string) {
	if text = strings.TrimSpace(text); text != "" {
		o.Set(key, text)
	}
}

func pairs(o *value.Object, key string, ps []Pair) error {
	if len(ps) == 0 {
		return nil
	}
	out := value.NewObject(len(ps))
	for _, p := range ps {
		if _, twice := out.Get(p.Name); twice || p.Name == "" {
			return errs.New(errs.Invalid, "%s: two have the name %q, or one has none", key, p.Name)
		}
		out.Set(p.Name, p.Value)
	}
	o.Set(key, out)
	return nil
}

func (w Way) object() (*value.Object, error) {
	kind := cmp.Or(w.Kind, connector.None)
	if !slices.Contains(Ways(), kind) {
		return nil, errs.New(errs.Invalid, "auth: a draft does not sign in by %s; write the file itself", kind)
	}
	o := value.Map("kind", string(kind))
	switch kind {
	case connector.APIKey:
		put(o, "header", w.Header)
		if w.Prefix != "" {
			o.Set("prefix", w.Prefix)
		}
	case connector.APIKeyQuery:
		put(o, "param", w.Param)
	case connector.ClientCredentials, connector.AuthorizationCode:
		if kind == connector.AuthorizationCode {
			put(o, "authorize_url", w.AuthorizeURL)
		}
		put(o, "token_url", w.TokenURL)
		if len(w.Scopes) > 0 {
			o.Set("scopes", texts(w.Scopes))
		}
	default:
	}
	return o, nil
}

func texts(list []string) []any {
	out := make([]any, len(list))
	for i, s := range list {
		out[i] = s
	}
	return out
}

func (c Call) object() (*value.Object, error) {
	o := value.NewObject(8)
	put(o, "title", c.Title)
	put(o, "description", c.Description)
	o.Set("effect", string(c.Effect))
	o.Set("repeat", string(c.Repeat))
	if len(c.Inputs) > 0 {
		inputs := value.NewObject(len(c.Inputs))
		for _, p := range c.Inputs {
			if _, twice := inputs.Get(p.Name); twice || p.Name == "" {
				return nil, errs.New(errs.Invalid, "inputs: two have the name %q, or one has none", p.Name)
			}
			inputs.Set(p.Name, p.object())
		}
		o.Set("inputs", inputs)
	}
	request := value.Map("method", strings.ToUpper(c.Method), "path", c.Path)
	if err := pairs(request, "query", c.Query); err != nil {
		return nil, err
	}
	if err := pairs(request, "headers", c.Headers); err != nil {
		return nil, err
	}
	if err := c.body(request); err != nil {
		return nil, err
	}
	o.Set("request", request)
	if len(c.Outputs) > 0 {
		outputs := value.NewObject(len(c.Outputs))
		for _, r := range c.Outputs {
			if _, twice := outputs.Get(r.Name); twice || r.Name == "" {
				return nil, errs.New(errs.Invalid, "outputs: two have the name %q, or one has none", r.Name)
			}
			out := value.NewObject(2)
			put(out, "type", plain(r.Type))
			out.Set("from", r.From)
			outputs.Set(r.Name, out)
		}
		o.Set("outputs", outputs)
	}
	return o, nil
}

// plain is a kind as a file says it: text is what is left out.
func plain(k value.Kind) string {
	if k == value.Text {
		return ""
	}
	return string(k)
}

func (p Param) object() *value.Object {
	o := value.NewObject(5)
	put(o, "title", p.Title)
	put(o, "help", p.Help)
	put(o, "type", plain(p.Type))
	if p.Required {
		o.Set("required", true)
	}
	if p.Secret {
		o.Set("secret", true)
	}
	if len(p.Choices) > 0 {
		o.Set("enum", texts(p.Choices))
	}
	return o
}

// body puts the body where its encoding has it.
func (c Call) body(request *value.Object) error {
	switch c.Encode {
	case "":
		return nil
	case "text":
		request.Set("text", c.Body)
	case "json", "form":
		v, err := value.ParseJSON([]byte(c.Body))
		if err != nil {
			return errs.New(errs.Invalid, "body: it is no JSON: %s. An input stands in quotes: \"{{ inputs.name }}\"", strings.TrimPrefix(err.Error(), "read JSON: "))
		}
		request.Set(c.Encode, v)
	default:
		return errs.New(errs.Invalid, "encode: there is no encoding %q", c.Encode)
	}
	return nil
}
