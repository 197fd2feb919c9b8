package functions

import (
	"strings"
	"testing"

	"sallyport/internal/function"
	"sallyport/internal/value"
)

func TestXmlParse(t *testing.T) {
	check(t, "xml.parse", map[string]example{
		"elements":         {`{"text":"<?xml version=\"1.0\"?><a><b>1</b><c d=\"x\">y</c><c/><!-- no --></a>"}`, `{"object":{"a":{"b":"1","c":[{"@d":"x","#text":"y"},""]}}}`},
		"prefixes":         {`{"text":"<s:a xmlns:s=\"u\"><s:b/></s:a>"}`, `{"object":{"s:a":{"@xmlns:s":"u","s:b":""}}}`},
		"entities":         {`{"text":"<a>&lt;&amp;&#228;<![CDATA[<b>]]></a>"}`, `{"object":{"a":"<&ä<b>"}}`},
		"blanks between":   {`{"text":"<a>\n  <b> x </b>\n</a>"}`, `{"object":{"a":{"b":" x "}}}`},
		"empty":            {`{"text":" "}`, `{"object":null}`},
		"null":             {`{}`, `{"object":null}`},
		"not closed":       {`{"text":"<a><b></a>"}`, ``},
		"cut off":          {`{"text":"<a>"}`, ``},
		"two elements":     {`{"text":"<a/><b/>"}`, ``},
		"twice the same":   {`{"text":"<a/><a/>"}`, ``},
		"text around":      {`{"text":"x<a/>"}`, ``},
		"closed only":      {`{"text":"</a>"}`, ``},
		"own entities":     {`{"text":"<!DOCTYPE a [<!ENTITY x \"y\">]><a>&x;</a>"}`, ``},
		"unknown entities": {`{"text":"<a>&x;</a>"}`, ``},
		"no XML":           {`{"text":"{}"}`, ``},
	})
}

// What is read and written again reads the same.
func FuzzXML(f *testing.F) {
	f.Add(`<a b="c"><d>e</d><d/>f</a>`)
	f.Add(`<s:a xmlns:s="u">&lt;&#13;</s:a>`)
	f.Fuzz(func(t *testing.T, text string) {
		o, err := xmlParse(function.Env{}, xmlParseIn{text})
		if err != nil || o.Object == nil {
			return
		}
		written, err := xmlStringify(function.Env{}, xmlStringifyIn(o))
		if err != nil {
			return // names that are read leniently, and not written
		}
		again, err := xmlParse(function.Env{}, xmlParseIn(written))
		if err != nil || !value.Equal(again.Object, o.Object) {
			t.Fatalf("%q was written %q, and reads %s, %v", text, written.Text, value.JSON(again.Object), err)
		}
	})
}

func TestXMLIsBounded(t *testing.T) {
	for name, text := range map[string]string{
		"deep": strings.Repeat("<a>", 1000) + strings.Repeat("</a>", 1000), "long": "<a>" + strings.Repeat("x", maxDocument) + "</a>",
	} {
		if _, err := xmlParse(function.Env{}, xmlParseIn{text}); err == nil {
			t.Errorf("%s: it was read", name)
		}
	}
}
