package api

import (
	"bytes"
	"flag"
	"fmt"
	"os"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/google/go-cmp/cmp"

	"sallyport/internal/portal"
	"sallyport/internal/value"
)

var update = flag.Bool("update", false, "rewrite the golden files")

// golden holds got against a file in testdata.
func golden(t *testing.T, name string, got []byte) {
	t.Helper()
	path := "testdata/" + name
	if *update {
		if err := os.WriteFile(path, got, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), string(got)); diff != "" {
		t.Errorf("%s is out of date (go test ./internal/api -update, if the change is meant):\n%s", path, diff)
	}
}

// The routes are a promise to clients: a change shows in a diff.
func TestRoutesGolden(t *testing.T) {
	var got bytes.Buffer
	for _, rt := range Routes() {
		fmt.Fprintf(&got, "%-6s %-42s %-18s %s\n", rt.Method(), rt.Path(), rt.Permission, rt.Name)
	}
	golden(t, "routes.golden", got.Bytes())
}

func TestOpenAPIGolden(t *testing.T) { golden(t, "openapi.json", OpenAPI("test")) }

func TestOpenAPIIsValid(t *testing.T) {
	doc, err := openapi3.NewLoader().LoadFromData(OpenAPI("test"))
	if err != nil {
		t.Fatal(err)
	}
	if err := doc.Validate(t.Context()); err != nil {
		t.Fatal(err)
	}
	ids := map[string]string{}
	for path, item := range doc.Paths.Map() {
		for method, op := range item.Operations() {
			if other, twice := ids[op.OperationID]; twice {
				t.Errorf("%s %s and %s have one operationId: %s", method, path, other, op.OperationID)
			}
			ids[op.OperationID] = method + " " + path
		}
	}
}

// walk visits every type that a type's JSON is made of.
func walk(t reflect.Type, seen map[reflect.Type]bool, visit func(reflect.Type)) {
	for t.Kind() == reflect.Pointer || t.Kind() == reflect.Slice || t.Kind() == reflect.Map {
		t = t.Elem()
	}
	if seen[t] || t.Kind() == reflect.Uint8 { // of JSON as it is
		return
	}
	seen[t] = true
	visit(t)
	if t.Kind() != reflect.Struct || schemaOf(t).kind != "object" || len(schemaOf(t).props) == 0 {
		return
	}
	for _, f := range reflect.VisibleFields(t) {
		if _, _, ok := jsonName(f); ok || f.Anonymous {
			walk(f.Type, seen, visit)
		}
	}
}

func eachType(visit func(reflect.Type)) {
	seen := map[reflect.Type]bool{}
	for _, rt := range Routes() {
		walk(rt.Out, seen, visit)
		for _, t := range rt.Doc.Carries {
			walk(t, seen, visit)
		}
		if rt.in.body != nil {
			walk(rt.In, seen, visit)
		}
		for _, p := range rt.in.params {
			walk(p.typ, seen, visit)
		}
	}
	walk(reflect.TypeFor[ErrorBody](), seen, visit)
}

// A text of a type of its own is one of a few words, and says which.
func TestEnumsAreKnown(t *testing.T) {
	eachType(func(typ reflect.Type) {
		if typ.Kind() != reflect.String || typ.PkgPath() == "" {
			return
		}
		if _, ok := enumOf(typ); !ok {
			t.Errorf("%s has no words in enums.go", typ)
		}
	})
}

// Two types with one name would be one schema, and one of them wrong.
func TestComponentNamesAreUnique(t *testing.T) {
	of := map[string]reflect.Type{}
	eachType(func(typ reflect.Type) {
		typ = sole(typ)
		name := schemaOf(typ).name
		if other, twice := of[name]; twice && name != "" && other != typ {
			t.Errorf("%s and %s are both called %s", typ, other, name)
		}
		of[name] = typ
	})
}

// What an answer holds is in the document: no field has its Go name for want of
// another.
func TestFieldsAreNamed(t *testing.T) {
	eachType(func(typ reflect.Type) {
		if typ.Kind() != reflect.Struct || len(schemaOf(typ).props) == 0 {
			return
		}
		for f := range typ.Fields() {
			_, _, ok := jsonName(f)
			in := f.Tag.Get("path") + f.Tag.Get("query")
			special := f.Type == reflect.TypeFor[portal.From]() || f.Type == reflect.TypeFor[sessionToken]() || f.Type == reflect.TypeFor[knownOrgs]()
			if f.IsExported() && !f.Anonymous && !ok && in == "" && !special && f.Tag.Get("json") != "-" {
				t.Errorf("%s.%s has no name in JSON", typ, f.Name)
			}
		}
	})
}

// A pointer is a value that may be missing; it is never null.
func TestPointersMayBeMissing(t *testing.T) {
	eachType(func(typ reflect.Type) {
		if typ.Kind() != reflect.Struct || !strings.HasSuffix(typ.PkgPath(), "internal/api") {
			return
		}
		for f := range typ.Fields() {
			_, optional, ok := jsonName(f)
			if !ok || f.Type.Kind() != reflect.Pointer {
				continue
			}
			if !optional && f.Type != reflect.TypeFor[*value.Object]() {
				t.Errorf("%s.%s: a pointer without omitempty would be null", typ, f.Name)
			}
		}
	})
}

func TestEveryRouteSaysWhatItIsFor(t *testing.T) {
	for _, rt := range Routes() {
		if rt.Doc.Summary == "" || strings.HasSuffix(rt.Doc.Summary, ".") {
			t.Errorf("%s: summary %q", rt.Pattern, rt.Doc.Summary)
		}
		if !slices.Contains([]string{"GET", "POST", "PUT", "PATCH", "DELETE"}, rt.Method()) {
			t.Errorf("%s: what is %s?", rt.Pattern, rt.Method())
		}
	}
}
