package functions

import (
	"encoding/base64"
	"strings"

	"sallyport/internal/errs"
	"sallyport/internal/function"
	"sallyport/internal/value"
)

var _ = add(function.Of("file.from_base64", "Base64 to File", "A file of what Base64 stands for, with a name and a media type such as application/pdf.", fileFromBase64))

type fileFromBase64In struct {
	Data string `port:",required"`
	Name string
	Type string
}

func fileFromBase64(_ function.Env, in fileFromBase64In) (fileOut, error) {
	raw, err := base64.StdEncoding.DecodeString(strings.TrimSpace(in.Data))
	if err != nil {
		return fileOut{}, errs.New(errs.Invalid, "data: it is no Base64")
	}
	return fileOf(value.File{Name: in.Name, Type: in.Type, Data: raw})
}
