package trial

import (
	"fmt"
	"io/fs"
	"sync"
	"time"

	"sallyport/content"
	"sallyport/internal/connector"
	"sallyport/internal/connector/document"
	"sallyport/internal/value"
)

// Cases are what a connector must do: the files NAME.test.yaml and
// NAME.PART.test.yaml beside its own.
type Cases struct {
	Connection CaseConnection
	Settings   []SettingsCase
	Cases      []Case // in the order of the files
}

// CaseConnection is the connection that a case uses.
type CaseConnection struct {
	Auth     connector.AuthKind
	Settings *value.Object
	Secrets  *value.Object // texts
}

// SettingsCase says what becomes of settings as somebody types them.
type SettingsCase struct {
	File    string
	Line    int
	Given   *value.Object
	Kept    *value.Object // or
	Refused string        // a part of the message
}

// Case is one call, and what must come of it.
type Case struct {
	Name       string
	File       string
	Line       int
	Action     string
	Connection CaseConnection // over that of the file
	Inputs     *value.Object
	Key        string
	OnePage    bool
	Now        time.Time // when the call is made; zero is when the case runs
	Exchanges  []Exchange
	Mail       *value.Object // what a mail server must get
	Outputs    *value.Object // those that matter
	Error      *value.Object // what matters of it; nil: the call must succeed
	Effect     string
	Targets    []any
	Unclear    any // true or false; nil: it does not matter
	Undo       *value.Object
}

// Exchange is one request that the peer must get, and its answer.
type Exchange struct {
	Request  *value.Object
	Response *value.Object
}

// schema is what every file of cases is checked against. It is compiled once.
var schema = sync.OnceValues(func() (*document.Schema, error) {
	text, err := fs.ReadFile(content.FS, connector.Folder+"/cases.schema.json")
	if err != nil {
		return nil, fmt.Errorf("read the schema of cases: %w", err)
	}
	return document.ParseSchema(text)
})

// ReadCases reads the cases of a connector from a folder that is laid out like
// package content. It is an [fs.ErrNotExist] that there are none.
func ReadCases(folder fs.FS, id string) (*Cases, error) {
	name := connector.Folder + "/" + id + ".test.yaml"
	parts, err := fs.Glob(folder, connector.Folder+"/"+id+".*.test.yaml")
	if err != nil {
		return nil, fmt.Errorf("list cases: %w", err)
	}
	c := &Cases{}
	for _, name := range append([]string{name}, parts...) {
		if err := c.read(folder, name); err != nil {
			return nil, err
		}
	}
	return c, nil
}

// read adds what a file has.
func (c *Cases) read(folder fs.FS, name string) error {
	text, err := fs.ReadFile(folder, name)
	if err != nil {
		return fmt.Errorf("read cases: %w", err)
	}
	d, err := document.Read(name, text)
	if err != nil {
		return err
	}
	sch, err := schema()
	if err != nil {
		return err
	}
	if err := d.Check(sch); err != nil {
		return err
	}
	root := d.Cursor()
	if !root.At("extends").Present() {
		c.Connection = caseConnection(root.At("connection"))
	}
	for s := range root.At("settings").Items() {
		o, _ := s.Value.(*value.Object)
		c.Settings = append(c.Settings, SettingsCase{name, s.Line(), o.Object("given"), o.Object("kept"), s.Text("refused")})
	}
	for title, f := range root.At("cases").Fields() {
		one := readCase(f, title)
		one.File = name
		c.Cases = append(c.Cases, one)
	}
	return d.Err()
}

func caseConnection(c document.Cursor) CaseConnection {
	o, _ := c.Value.(*value.Object)
	return CaseConnection{connector.AuthKind(c.Text("auth")), o.Object("settings"), o.Object("secrets")}
}

func readCase(f document.Cursor, name string) Case {
	o, _ := f.Value.(*value.Object)
	c := Case{
		Name: name, Line: f.Line(), Action: f.Text("action"), Connection: caseConnection(f.At("connection")),
		Inputs: o.Object("inputs"), Key: f.Text("key"), Mail: o.Object("mail"), Outputs: o.Object("outputs"),
		Error: o.Object("error"), Effect: f.Text("effect"), Undo: o.Object("undo"), OnePage: f.Bool("one_page"), Now: nowOf(f),
	}
	c.Targets, _ = o.At("targets").([]any)
	c.Unclear = o.At("unclear")
	for e := range f.At("exchanges").Items() {
		x, _ := e.Value.(*value.Object)
		c.Exchanges = append(c.Exchanges, Exchange{x.Object("request"), x.Object("response")})
	}
	if f.At("request").Present() || f.At("response").Present() {
		if len(c.Exchanges) > 0 {
			f.Fail("request and response, or exchanges: not both")
		}
		c.Exchanges = []Exchange{{o.Object("request"), o.Object("response")}}
	}
	return c
}

// nowOf is when a case's call is made; zero where it does not say.
func nowOf(f document.Cursor) time.Time {
	c := f.At("now")
	if !c.Present() {
		return time.Time{}
	}
	t, err := value.ParseDate(value.String(c.Value))
	if err != nil {
		c.Fail("%v", err)
	}
	return t
}
