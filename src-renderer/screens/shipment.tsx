export const ShipmentScreen = ({ shipmentId }: { readonly shipmentId: string }) => <div>{shipmentId}</div>;
