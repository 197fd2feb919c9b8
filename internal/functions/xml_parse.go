package functions

import (
	"strings"

	"sallyport/internal/errs"
	"sallyport/internal/function"
	"sallyport/internal/value"
)

var _ = add(function.Of("xml.parse", "Parse XML",
	"An XML text as an object: elements by their names, several of one name as a list, attributes as @name, and text beside them as #text. Entities that a text defines itself are refused.",
	xmlParse))

type xmlParseIn struct {
	Text string
}

type xmlParseOut struct {
	Object *value.Object
}

func xmlParse(_ function.Env, in xmlParseIn) (xmlParseOut, error) {
	if len(in.Text) > maxDocument {
		return xmlParseOut{}, errs.New(errs.Invalid, "text: more than %d MB", maxDocument>>20)
	}
	if strings.TrimSpace(in.Text) == "" {
		return xmlParseOut{}, nil
	}
	o, err := value.ParseXML(in.Text)
	if err != nil {
		return xmlParseOut{}, errs.New(errs.Invalid, "text: it is no XML that can be read: %v", err)
	}
	return xmlParseOut{o}, nil
}
