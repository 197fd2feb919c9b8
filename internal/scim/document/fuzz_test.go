package document_test

import (
	"testing"

	"sallyport/internal/scim/document"
	"sallyport/internal/scim/filter"
	"sallyport/internal/scim/schema"
	"sallyport/internal/value"
)

// What is normalized stays so.
func FuzzNormalize(f *testing.F) {
	f.Add([]byte(babs))
	f.Add([]byte(`{"urn:x:2.0:User:a.b":1,"emails":["a",{"primary":"true"}],"name.givenName":"x"}`))
	f.Fuzz(func(t *testing.T, text []byte) {
		v, _ := value.ParseJSON(text)
		in, ok := v.(*value.Object)
		if !ok {
			return
		}
		for _, r := range []*schema.Resource{schema.User(), schema.Group()} {
			once, err := document.Normalize(r, in)
			if err != nil {
				continue
			}
			twice, err := document.Normalize(r, once)
			if err != nil || !value.Equal(once, twice) {
				t.Errorf("%s\nthen %s\n%v", value.JSON(once), value.JSON(twice), err)
			}
		}
	})
}

// A patch leaves a document that is normalized, or none.
func FuzzPatch(f *testing.F) {
	for _, ops := range []string{
		`[{"op":"add","path":"emails[type eq \"work\"].value","value":"x"}]`, `[{"op":"Replace","value":{"name.givenName":"x","active":"False"}}]`,
		`[{"op":"remove","path":"emails[type eq \"home\" or value co \"b\"].type"}]`, `[{"op":"replace","path":"urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:manager","value":""}]`,
	} {
		f.Add([]byte(ops))
	}
	r := schema.User()
	f.Fuzz(func(t *testing.T, text []byte) {
		v, err := value.ParseJSON(text)
		if err != nil {
			return
		}
		ops, err := document.ParsePatch(r, value.Map("Operations", v))
		if err != nil {
			return
		}
		doc, err := document.Normalize(r, object(t, babs))
		if err != nil {
			t.Fatal(err)
		}
		before := string(value.JSON(doc))
		got, err := document.Patch(r, doc, ops)
		if string(value.JSON(doc)) != before {
			t.Fatal("the document was changed in place")
		}
		if err != nil {
			return
		}
		if again, err := document.Normalize(r, got); err != nil || !value.Equal(got, again) {
			t.Errorf("%s\nis no normal document: %s, %v", value.JSON(got), value.JSON(again), err)
		}
	})
}

// No filter is too odd to be asked of a document.
func FuzzMatch(f *testing.F) {
	f.Add(`emails[type eq "work" and not (value co "x")].value pr`, []byte(babs))
	f.Add(`meta.lastModified gt "2011-05-13T04:42:34Z" or shoeSize le 3`, []byte(babs))
	r := schema.User()
	f.Fuzz(func(_ *testing.T, src string, text []byte) {
		e, err := filter.Parse(src)
		if err != nil {
			return
		}
		match, err := document.Compile(r, e)
		if err != nil {
			return
		}
		v, _ := value.ParseJSON(text)
		match(v)
	})
}

func BenchmarkMatch(b *testing.B) {
	e, err := filter.Parse(`userType eq "Employee" and emails[type eq "work" and value co "@example.com"]`)
	if err != nil {
		b.Fatal(err)
	}
	match, err := document.Compile(schema.User(), e)
	if err != nil {
		b.Fatal(err)
	}
	doc := object(b, babs)
	b.ReportAllocs()
	for b.Loop() {
		if !match(doc) {
			b.Fatal("no match")
		}
	}
}

func BenchmarkPatch(b *testing.B) {
	r := schema.User()
	body := object(b, `{"Operations":[{"op":"replace","value":{"active":false}},{"op":"Add","path":"emails[type eq \"work\"].value","value":"x"}]}`)
	doc := object(b, babs)
	b.ReportAllocs()
	for b.Loop() {
		ops, err := document.ParsePatch(r, body)
		if err != nil {
			b.Fatal(err)
		}
		if _, err := document.Patch(r, doc, ops); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkNormalize(b *testing.B) {
	r, in := schema.User(), object(b, babs)
	b.ReportAllocs()
	for b.Loop() {
		if _, err := document.Normalize(r, in); err != nil {
			b.Fatal(err)
		}
	}
}
