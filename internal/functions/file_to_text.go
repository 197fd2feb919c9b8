package functions

import (
	"strings"

	"sallyport/internal/errs"
	"sallyport/internal/function"
	"sallyport/internal/value"
)

var _ = add(function.Of("file.to_text", "File to Text", "The text that a file holds in UTF-8, and what the file is. What is no text in it is replaced.", fileToText))

type fileToTextIn struct {
	File any `port:",required" kind:"object"`
}

type fileToTextOut struct {
	Text string
	Name string
	Type string
	Size float64
}

func fileToText(_ function.Env, in fileToTextIn) (fileToTextOut, error) {
	f, err := value.ReadFile(in.File)
	if err != nil {
		return fileToTextOut{}, errs.New(errs.Invalid, "file: %v", err)
	}
	text := strings.TrimPrefix(strings.ToValidUTF8(string(f.Data), "\uFFFD"), "\uFEFF")
	return fileToTextOut{Text: text, Name: f.Name, Type: f.Type, Size: float64(len(f.Data))}, nil
}
