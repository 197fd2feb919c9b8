package functions

import (
	"path"
	"strings"

	"sallyport/internal/errs"
	"sallyport/internal/function"
	"sallyport/internal/value"
)

var _ = add(function.Of("file.from_text", "Text to File",
	"A file that holds a text in UTF-8: an object of name, type, size and data, which is Base64. Without a type the end of the name counts: .csv, .json, .html, .xml.",
	fileFromText))

type fileFromTextIn struct {
	Text string
	Name string
	Type string
}

type fileOut struct {
	File *value.Object
}

func fileFromText(_ function.Env, in fileFromTextIn) (fileOut, error) {
	if in.Name == "" {
		in.Name = "file.txt"
	}
	if in.Type == "" {
		in.Type = textType(in.Name)
	}
	return fileOf(value.File{Name: in.Name, Type: in.Type, Data: []byte(in.Text)})
}

func fileOf(f value.File) (fileOut, error) {
	o, err := f.Object()
	if err != nil {
		return fileOut{}, errs.New(errs.Invalid, "%v", err)
	}
	return fileOut{o}, nil
}

func textType(name string) string {
	switch strings.ToLower(path.Ext(name)) {
	case ".csv":
		return "text/csv; charset=utf-8"
	case ".json":
		return "application/json"
	case ".html", ".htm":
		return "text/html; charset=utf-8"
	case ".xml":
		return "application/xml"
	}
	return "text/plain; charset=utf-8"
}
