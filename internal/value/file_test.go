package value_test

import (
	"bytes"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"sallyport/internal/value"
)

func TestFile(t *testing.T) {
	f := value.File{Name: "a.csv", Type: "text/csv", Data: []byte("a,b\n")}
	o, err := f.Object()
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(`{"name":"a.csv","type":"text/csv","size":4,"data":"YSxiCg=="}`, string(value.JSON(o))); diff != "" {
		t.Error(diff)
	}
	for name, v := range map[string]any{"an object": o, "its JSON": string(value.JSON(o))} {
		got, err := value.ReadFile(v)
		if err != nil {
			t.Errorf("%s: %v", name, err)
		}
		if diff := cmp.Diff(f, got); diff != "" {
			t.Errorf("%s: %s", name, diff)
		}
	}
}

func TestFileIsBounded(t *testing.T) {
	whole := value.File{Data: bytes.Repeat([]byte{1}, value.MaxFile)}
	o, err := whole.Object()
	if err != nil {
		t.Fatal(err)
	}
	if err := value.Bound(o, 16<<20); err != nil {
		t.Errorf("a run does not keep a file that is allowed: %v", err)
	}
	if _, err := value.ReadFile(o); err != nil {
		t.Error(err)
	}
	tests := map[string]value.File{
		"too large":    {Data: append(whole.Data, 1)},
		"a long name":  {Name: strings.Repeat("a", 300)},
		"a type alone": {Type: "csv"},
		"two lines":    {Type: "text/csv\r\nX: y"},
	}
	for name, f := range tests {
		if o, err := f.Object(); err == nil {
			t.Errorf("%s: made %.100s", name, value.JSON(o))
		}
	}
	if f, err := value.ReadFile(o.With("data", strings.Repeat("A", 17<<20))); err == nil {
		t.Errorf("a file of %d bytes was read", len(f.Data))
	}
}

// A file that can be read can be written, and reads the same.
func FuzzReadFile(f *testing.F) {
	f.Add([]byte(`{"name":"a.csv","type":"text/csv","size":4,"data":"YSxiCg=="}`))
	f.Add([]byte(`{"name":"..\\a/\n","data":""}`))
	f.Add([]byte(`"{\"data\":\"/w==\"}"`))
	f.Fuzz(func(t *testing.T, text []byte) {
		v, err := value.ParseJSON(text)
		if err != nil {
			return
		}
		file, err := value.ReadFile(v)
		if err != nil {
			return
		}
		o, err := file.Object()
		if err != nil || strings.ContainsAny(o.Text("name"), "/\\\r\n") || o.Text("name") == "" {
			t.Fatalf("%q reads as %v, which is %s, %v", text, file, value.JSON(o), err)
		}
		again, err := value.ReadFile(o)
		if err != nil || !bytes.Equal(again.Data, file.Data) {
			t.Fatalf("%q reads as %v, then %v, %v", text, file, again, err)
		}
	})
}
