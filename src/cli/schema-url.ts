/** Where an editor finds the schema of `millwright.yaml`, from the file. */
export const schemaUrl = './node_modules/millwright/schemas/millwright.schema.json';
