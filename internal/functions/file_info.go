package functions

import (
	"path"
	"strings"
	"time"

	"sallyport/internal/errs"
	"sallyport/internal/function"
	"sallyport/internal/value"
)

var _ = add(function.Of("file.info", "File Info",
	"What a file is: its name, extension, media type and size in bytes. A flow holds a file itself, not a place where it is kept, so there is no time at which it was made or changed.",
	fileInfo).Serves("filefunctions:info"))

type fileInfoIn struct {
	File *value.Object `port:"file,required" okta:"File/File Content"`
}

type fileInfoOut struct {
	Name      string `okta:"File/Filename"`
	Extension string `okta:"File/Extension"`
	Type      string
	Size      float64    `okta:"File/Size"`
	Created   *time.Time `okta:"File/Created"`
	Updated   *time.Time `okta:"File/Updated"`
}

func fileInfo(_ function.Env, in fileInfoIn) (fileInfoOut, error) {
	f, err := value.ReadFile(in.File)
	if err != nil {
		return fileInfoOut{}, errs.New(errs.Invalid, "%v", err)
	}
	return fileInfoOut{Name: f.Name, Extension: strings.TrimPrefix(path.Ext(f.Name), "."), Type: f.Type, Size: float64(len(f.Data))}, nil
}
