package connector

import (
	"errors"
	"fmt"
	"io/fs"

	"sallyport/internal/value"
)

// Cases are what a connector must do: the file NAME.test.yaml beside it.
// Package trial runs them.
type Cases struct {
	Connection CaseConnection
	Settings   []SettingsCase
	Cases      []Case // in the order of the file
}

// CaseConnection is the connection that a case uses.
type CaseConnection struct {
	Auth     AuthKind
	Settings *value.Object
	Secrets  *value.Object // texts
}

// SettingsCase says what becomes of settings as somebody types them.
type SettingsCase struct {
	Line    int
	Given   *value.Object
	Kept    *value.Object // or
	Refused string        // a part of the message
}

// Case is one call, and what must come of it.
type Case struct {
	Name       string
	Line       int
	Action     string
	Connection CaseConnection // over that of the file
	Inputs     *value.Object
	Key        string
	Exchanges  []Exchange
	Mail       *value.Object // what a mail server must get
	Outputs    *value.Object // those that matter
	Error      *value.Object // what matters of it; nil: the call must succeed
	Effect     string
	Targets    []any
	Undo       *value.Object
}

// Exchange is one request that the peer must get, and its answer.
type Exchange struct {
	Request  *value.Object
	Response *value.Object
}

// ReadCases reads the cases of a connector from a folder that is laid out like
// package content. It is an [fs.ErrNotExist] that there are none.
func ReadCases(folder fs.FS, id string) (*Cases, error) {
	name := Folder + "/" + id + ".test.yaml"
	text, err := fs.ReadFile(folder, name)
	if err != nil {
		return nil, fmt.Errorf("read cases: %w", err)
	}
	d, err := readDocument(name, text)
	if err != nil {
		return nil, err
	}
	if err := d.validate("cases.schema.json"); err != nil {
		return nil, err
	}
	root := d.cursor()
	c := &Cases{Connection: caseConnection(root.at("connection"))}
	for s := range root.at("settings").items() {
		o, _ := s.v.(*value.Object)
		c.Settings = append(c.Settings, SettingsCase{d.line(s.path), o.Object("given"), o.Object("kept"), s.text("refused")})
	}
	for name, f := range root.at("cases").fields() {
		c.Cases = append(c.Cases, readCase(f, name))
	}
	return c, errors.Join(d.errs...)
}

func caseConnection(c cursor) CaseConnection {
	o, _ := c.v.(*value.Object)
	return CaseConnection{AuthKind(c.text("auth")), o.Object("settings"), o.Object("secrets")}
}

func readCase(f cursor, name string) Case {
	o, _ := f.v.(*value.Object)
	c := Case{
		Name: name, Line: f.doc.line(f.path), Action: f.text("action"), Connection: caseConnection(f.at("connection")),
		Inputs: o.Object("inputs"), Key: f.text("key"), Mail: o.Object("mail"), Outputs: o.Object("outputs"),
		Error: o.Object("error"), Effect: f.text("effect"), Undo: o.Object("undo"),
	}
	c.Targets, _ = o.At("targets").([]any)
	for e := range f.at("exchanges").items() {
		x, _ := e.v.(*value.Object)
		c.Exchanges = append(c.Exchanges, Exchange{x.Object("request"), x.Object("response")})
	}
	if f.at("request").present() || f.at("response").present() {
		if len(c.Exchanges) > 0 {
			f.fail("request and response, or exchanges: not both")
		}
		c.Exchanges = []Exchange{{o.Object("request"), o.Object("response")}}
	}
	return c
}
