package value

import (
	"encoding/base64"
	"fmt"
	"mime"
	"path"
	"strings"
	"unicode"
)

// MaxFile bounds a file in a flow, in bytes: in Base64 it stays within the 16
// MB that a run keeps of one value.
const MaxFile = 12<<20 - 4096

// maxFileName bounds the name of a file, in bytes, as file systems do.
const maxFileName = 255

// File is a file in a flow. As a value it is an object of name, type (its media
// type), size (in bytes) and data (in Base64).
type File struct {
	Name string
	Type string
	Data []byte
}

// Object returns the file as a value. Of its name the last element of a path
// is kept, without control characters; a file without a name is "file", and one
// without a type application/octet-stream. Too large a file is an error, and so
// is too long a name, or a type that is no media type.
func (f File) Object() (*Object, error) {
	if len(f.Data) > MaxFile {
		return nil, fmt.Errorf("a file of %d bytes: there are at most %d", len(f.Data), MaxFile)
	}
	name := fileName(f.Name)
	if len(name) > maxFileName {
		return nil, fmt.Errorf("a file whose name has more than %d bytes", maxFileName)
	}
	kind := f.Type
	if kind == "" {
		kind = "application/octet-stream"
	}
	if _, _, err := mime.ParseMediaType(kind); err != nil || !strings.Contains(kind, "/") || strings.ContainsFunc(kind, unicode.IsControl) {
		return nil, fmt.Errorf("%s is no media type such as text/csv", quoteShort(f.Type))
	}
	return Map("name", name, "type", kind, "size", float64(len(f.Data)), "data", base64.StdEncoding.EncodeToString(f.Data)), nil
}

func fileName(name string) string {
	name = strings.Map(func(c rune) rune {
		switch {
		case unicode.IsControl(c):
			return -1
		case c == '\\':
			return '/'
		}
		return c
	}, strings.ToValidUTF8(name, "\uFFFD"))
	name = path.Base(strings.TrimSpace(name))
	if name == "." || name == "/" || name == ".." {
		return "file"
	}
	return name
}

// ReadFile reads a file from a value: an object as [File.Object] makes it, or
// its JSON. The size is counted, and not believed.
func ReadFile(v any) (File, error) {
	v, err := Convert(v, Obj)
	if err != nil {
		return File{}, fmt.Errorf("no file: %w", err)
	}
	o, _ := v.(*Object)
	data, ok := o.At("data").(string)
	if !ok {
		return File{}, fmt.Errorf("no file: an object of name, type and data is wanted")
	}
	if base64.StdEncoding.DecodedLen(len(data)) > MaxFile+3 {
		return File{}, fmt.Errorf("a file of more than %d bytes", MaxFile)
	}
	raw, err := base64.StdEncoding.DecodeString(data)
	if err != nil {
		return File{}, fmt.Errorf("no file: its data is no Base64")
	}
	return checked(File{Name: o.Text("name"), Type: o.Text("type"), Data: raw})
}

// AnyFile reads a file from whatever people write for one: what [ReadFile]
// takes; an object of name, type or content_type, and its content as text,
// base64 or data; or a text, which is the content of a file without a name.
func AnyFile(v any) (File, error) {
	if s, ok := v.(string); ok {
		if f, err := ReadFile(s); strings.HasPrefix(strings.TrimSpace(s), "{") && err == nil {
			return f, nil
		}
		return checked(File{Type: "text/plain; charset=utf-8", Data: []byte(s)})
	}
	o, ok := v.(*Object)
	if !ok || o == nil {
		return File{}, fmt.Errorf("no file: a text, or an object with a name and a text or base64 is wanted, not a %s", KindOf(v))
	}
	kind := o.Text("type")
	if kind == "" {
		kind = o.Text("content_type")
	}
	for _, key := range []string{"data", "base64"} {
		if data := o.Text(key); data != "" || o.At(key) != nil && o.At("text") == nil {
			return ReadFile(Map("name", o.Text("name"), "type", kind, "data", data))
		}
	}
	if o.At("text") == nil {
		return File{}, fmt.Errorf("no file: it has neither data nor text nor base64")
	}
	return checked(File{Name: o.Text("name"), Type: kind, Data: []byte(o.Text("text"))})
}

func checked(f File) (File, error) {
	if _, err := f.Object(); err != nil {
		return File{}, err
	}
	return f, nil
}
